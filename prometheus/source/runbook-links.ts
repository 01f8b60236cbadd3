import { runbookUrl } from './rule-file.ts';

/** A rule file written by hand, with the runbook links that slo.yml asks for; all else stays as it is. */
export function withRunbookLinks(text: string, runbook: string): string {
  let alert = '';
  return text
    .split('\n')
    .map((line) => {
      alert = /^\s*- alert: (\w+)$/.exec(line)?.[1] ?? alert;
      return line.replace(/^(\s*runbook_url: ).*$/, (_, start: string) => start + runbookUrl(runbook, alert));
    })
    .join('\n');
}
