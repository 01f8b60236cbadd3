import { expect } from 'chai';
import { endPrograms } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { type ObservedService, startService } from '../support/observed-service.ts';
import { findTool, requireTool } from '../support/required-tool.ts';
import { type PrometheusServer, startPrometheus } from './prometheus-server.ts';

/** What does not change between two scrapes of a service that records nothing meanwhile. */
const STILL = /^(inference|prediction|model|batch|error|app)_/;

interface AskedFormat {
  readonly prometheus: 'prometheus' | 'prometheus-3';
  /** As `scrape_protocols` has it; versions before 2.49 know none and ask for OpenMetrics. */
  readonly protocol: string | undefined;
  /** Whether counters' families are called without `_total`. */
  readonly isOpenMetrics: boolean;
  readonly tellsUnits: boolean;
  readonly features?: readonly string[];
}

const FORMATS: readonly AskedFormat[] = [
  { prometheus: 'prometheus', protocol: undefined, isOpenMetrics: true, tellsUnits: true },
  // Asks for protobuf then; its version of the messages has no unit.
  {
    prometheus: 'prometheus',
    protocol: undefined,
    isOpenMetrics: false,
    tellsUnits: false,
    features: ['native-histograms'],
  },
  { prometheus: 'prometheus-3', protocol: 'PrometheusText0.0.4', isOpenMetrics: false, tellsUnits: false },
  { prometheus: 'prometheus-3', protocol: 'PrometheusText1.0.0', isOpenMetrics: false, tellsUnits: false },
  { prometheus: 'prometheus-3', protocol: 'OpenMetricsText0.0.1', isOpenMetrics: true, tellsUnits: true },
  { prometheus: 'prometheus-3', protocol: 'OpenMetricsText1.0.0', isOpenMetrics: true, tellsUnits: true },
  { prometheus: 'prometheus-3', protocol: 'PrometheusProto', isOpenMetrics: false, tellsUnits: true },
];

describe('what a real Prometheus reads', function () {
  this.timeout(60_000);
  let service: ObservedService;
  /** Started together: each looks for its targets for the first time after five seconds. */
  const servers = new Map<AskedFormat, PrometheusServer>();

  before(async () => {
    service = startService({
      models: { document: { version: '1"\n', owner: 'back\\slash', classes: ['sports', 'a\nb', '"', '\\', 'é👩🏽‍🚀'] } },
      labels: { tenant: { max: 10 } },
    });
    await service.metricsUrl();
    for (let latencyMs = 0.1; latencyMs < 100_000; latencyMs *= 1.7) {
      await service.tell('record', 3, {
        latencyMs,
        confidence: (latencyMs % 17) / 17,
        predictedClass: 'a\nb',
        batchSize: Math.ceil(latencyMs),
        labels: { tenant: `t ${Math.floor(latencyMs) % 4}` },
      });
    }
    await service.tell('record', 2, { success: false, errorCode: 'E "1"\\' });
    await service.tell('countJobs', 7);
    const metricsUrl = await service.metricsUrl();
    const start = async (format: AskedFormat): Promise<void> => {
      const path = findTool(format.prometheus);
      const settings = format.protocol === undefined ? {} : { scrape_protocols: [format.protocol] };
      if (path !== undefined) {
        servers.set(format, await startPrometheus(path, metricsUrl, [], settings, format.features));
      }
    };
    await Promise.all(FORMATS.map(start));
  });

  after(async () => {
    await Promise.all([...servers.values()].map((server) => server.stop()));
    await endPrograms();
  });

  for (const format of FORMATS) {
    const { prometheus: program, protocol, isOpenMetrics, tellsUnits, features = [] } = format;
    const title = `is what was recorded, to ${[program, ...features].join(' with ')}${protocol === undefined ? '' : ` by ${protocol}`}`;
    it(title, async function () {
      requireTool(this, program);
      const prometheus = servers.get(format)!;
      await eventually(async () => {
        expect(await prometheus.value('app_jobs_total')).to.equal(7);
        return true;
      });
      const { families } = await service.scrape();
      const still = [...families.values()].filter(({ name }) => STILL.test(name));
      const read = new Map<string, number>();
      const recorded = new Map<string, number>();
      for (const name of new Set(still.flatMap(({ samples }) => samples.map((sample) => sample.name)))) {
        for (const { labels, value } of await prometheus.query(`${name}{job="service"}`)) {
          read.set(seriesText(name, labels), value);
        }
      }
      for (const { name, labels, value } of still.flatMap(({ samples }) => samples)) {
        recorded.set(seriesText(name, labels), value);
      }
      expect(recorded.size).to.be.above(200);
      expect(Object.fromEntries(read)).to.deep.equal(Object.fromEntries(recorded));

      const metadata = await prometheus.metadata();
      for (const { name, type, help } of still) {
        const family = isOpenMetrics && type === 'counter' ? name.replace(/_total$/, '') : name;
        const told = metadata.filter(({ metric }) => metric === family);
        expect(told, family).to.have.length(1);
        expect(told[0]).to.include({ type, help });
        expect(told[0]?.unit, family).to.equal(tellsUnits && family.endsWith('_seconds') ? 'seconds' : '');
      }
      expect(still.some(({ name }) => name.endsWith('_seconds'))).to.equal(true);
      expect(await prometheus.value('min_over_time(up{job="service"}[1h])')).to.equal(1);
      expect(await prometheus.target()).to.deep.include({ health: 'up', lastError: '' });
      expect(prometheus.log).to.equal('');
    });
  }
});

function seriesText(name: string, labels: Readonly<Record<string, string>>): string {
  const texts = Object.entries(labels).map(([label, text]) => `${label}=${JSON.stringify(text)}`);
  return `${name}{${texts.sort().join()}}`;
}
