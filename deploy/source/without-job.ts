import { isMap, isSeq, parseDocument } from 'yaml';

/**
 * A Prometheus configuration that does not scrape one of its jobs, for a service that pushes: what is scraped and pushed
 * is counted twice.
 *
 * @throws Error where there is no such job, because then something else would have to go
 */
export function withoutJob(configuration: string, job: string): string {
  // What stands at the head of the file says how to do this by hand.
  const document = parseDocument(configuration.replace(/^(?:#.*\n)+/, ''));
  const jobs = document.get('scrape_configs');
  const place = isSeq(jobs) ? jobs.items.findIndex((item) => isMap(item) && item.get('job_name') === job) : -1;
  if (!isSeq(jobs) || place === -1) {
    throw new Error(`prometheus.yml has no scrape job "${job}"; name the one that scrapes the service.`);
  }
  jobs.delete(place);
  const [first] = jobs.items;
  if (isMap(first)) {
    first.spaceBefore = false;
  }
  document.commentBefore = ` Made of prometheus/prometheus.yml by \`npm run generate\`: all of it but the job ${job}, which pushes.`;
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}
