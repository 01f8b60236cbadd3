import { expect } from 'chai';
import { wantsGzip } from '../../../packages/observability/src/observer/exposition/negotiate-encoding.ts';
import { negotiateFormat } from '../../../packages/observability/src/observer/exposition/negotiate-format.ts';

const TEXT = 'text/plain; version=0.0.4; charset=utf-8';
const PROTOBUF = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

describe('what a scraper is answered with', () => {
  const cases: readonly (readonly [accept: string | undefined, contentType: string])[] = [
    [undefined, TEXT],
    ['', TEXT],
    ['*/*', TEXT],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', TEXT],
    // Prometheus 2.42.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      OPEN_METRICS,
    ],
    // Prometheus 3.
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      `${OPEN_METRICS}; escaping=underscores`,
    ],
    // What Prometheus 3 sends when nothing is configured.
    [
      'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.7,application/openmetrics-text;version=0.0.1;q=0.6,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.3',
      `${OPEN_METRICS}; escaping=underscores`,
    ],
    // Prometheus 2.4 and before, and those who took it over from there: vmagent, Netdata.
    ['text/plain;version=0.0.4;q=1,*/*;q=0.1', TEXT],
    // Prometheus 2.42 with native histograms.
    [
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      PROTOBUF,
    ],
    // Prometheus 3 with native histograms.
    [
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2',
      `${PROTOBUF}; escaping=underscores`,
    ],
    [
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.5,application/openmetrics-text;version=1.0.0;q=0.6',
      OPEN_METRICS,
    ],
    ['application/vnd.google.protobuf; encoding="delimited"; proto="io.prometheus.client.MetricFamily"', PROTOBUF],
    ['application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0', TEXT],
    // Other messages and encodings are not here, and nothing says that these would do.
    ['application/vnd.google.protobuf', TEXT],
    ['application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily', TEXT],
    ['application/vnd.google.protobuf;encoding=delimited', TEXT],
    ['application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text', TEXT],
    ['application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=compact-text', TEXT],
    [
      'application/vnd.google.protobuf;proto=io.prometheus.write.v2.Request;encoding=delimited,application/openmetrics-text;q=0.1',
      OPEN_METRICS,
    ],
    ['text/plain;version=1.0.0;escaping=dots', 'text/plain; version=1.0.0; charset=utf-8; escaping=underscores'],
    ['text/plain;version=0.0.4;escaping=no-such', TEXT],
    ['application/openmetrics-text', OPEN_METRICS],
    ['application/openmetrics-text;version=0.0.1', OPEN_METRICS.replace('1.0.0', '0.0.1')],
    ['application/openmetrics-text;version=2.0.0', TEXT],
    ['APPLICATION/OpenMetrics-Text; Version="1.0.0" ; Q=0.5', OPEN_METRICS],
    ['application/openmetrics-text;version=1.0.0;q=0.2,text/plain;q=0.3', TEXT],
    ['text/plain;q=0.3,application/openmetrics-text;q=0.3', TEXT],
    ['application/openmetrics-text;q=0', TEXT],
    ['application/openmetrics-text;q=0.000,text/plain;q=0', TEXT],
    [',,;;=;q=x,application/openmetrics-text', OPEN_METRICS],
    [`${'x/y,'.repeat(10_000)}application/openmetrics-text`, TEXT],
  ];
  for (const [accept, contentType] of cases) {
    it(`is ${contentType} where it accepts ${accept === undefined ? 'anything' : JSON.stringify(accept.slice(0, 90))}`, () => {
      expect(negotiateFormat(accept).contentType).to.equal(contentType);
    });
  }
});

describe('an answer', () => {
  const large = 100_000;
  const cases: readonly (readonly [acceptEncoding: string | undefined, bytes: number, compressed: boolean])[] = [
    [undefined, large, false],
    ['', large, false],
    ['gzip', large, true],
    ['gzip', 1000, false],
    ['x-gzip', large, true],
    ['GZIP;Q=0.1', large, true],
    ['gzip, deflate, br, zstd', large, true],
    ['deflate, br', large, false],
    ['*', large, true],
    ['*;q=0', large, false],
    ['gzip;q=0', large, false],
    ['gzip;q=0, *', large, false],
    ['identity', large, false],
    ['identity;q=1, gzip;q=0.5', large, false],
    ['identity;q=0.5, gzip;q=0.5', large, true],
    ['gzip, identity;q=0', 10, true],
    ['gzip, *;q=0', 10, true],
    ['identity;q=0', large, false],
    ['gzip;q=0.001', large, true],
  ];
  for (const [acceptEncoding, bytes, compressed] of cases) {
    it(`of ${bytes} bytes is ${compressed ? '' : 'not '}compressed for accept-encoding ${JSON.stringify(acceptEncoding)}`, () => {
      expect(wantsGzip(acceptEncoding, bytes)).to.equal(compressed);
    });
  }
});
