import { expect } from 'chai';
import type {
  ObservabilityOptions,
  OtlpOptions,
} from '../../../packages/observability/src/options/observability-options.ts';
import { resolveOptions } from '../../../packages/observability/src/options/resolve-options.ts';
import { fakeSurroundings } from './fake-surroundings.ts';

const defaults = {
  url: 'http://localhost:4318/v1/metrics',
  headers: {},
  temporality: 'cumulative',
  compression: 'none',
  intervalMs: 15_000,
  exportTimeoutMs: 15_000,
  requestTimeoutMs: 10_000,
};

const urlRequirement = 'must be an http or https URL, such as http://localhost:4318';

interface Case {
  readonly title: string;
  readonly otlp?: OtlpOptions | true;
  readonly environment?: Record<string, string>;
  /** What differs from the defaults; false where OTLP is off. */
  readonly expected: object | false;
  readonly warnings?: readonly string[];
}

const cases: readonly Case[] = [
  { title: 'sends to the local collector by default', otlp: true, expected: {} },
  // The address.
  {
    title: 'appends the path to a bare address',
    otlp: { url: 'http://a:4318' },
    expected: { url: 'http://a:4318/v1/metrics' },
  },
  {
    title: 'appends the path after a slash',
    otlp: { url: 'http://a:4318/' },
    expected: { url: 'http://a:4318/v1/metrics' },
  },
  {
    title: 'leaves an address with a path as it is',
    otlp: { url: 'https://a/otlp' },
    expected: { url: 'https://a/otlp' },
  },
  { title: 'keeps a query', otlp: { url: 'https://a?key=1' }, expected: { url: 'https://a/v1/metrics?key=1' } },
  { title: 'takes blanks around an address', otlp: { url: ' http://a ' }, expected: { url: 'http://a/v1/metrics' } },
  {
    title: 'appends the path to the common variable',
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a/base/' },
    expected: { url: 'http://a/base/v1/metrics' },
  },
  {
    title: 'takes the variable for metrics as it is, and before the common one',
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://b' },
    expected: { url: 'http://b/' },
  },
  {
    title: 'lets code beat both variables, wrong ones too',
    otlp: { url: 'http://c' },
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'a', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'b' },
    expected: { url: 'http://c/v1/metrics' },
  },
  {
    title: 'exports nowhere when the only address is wrong',
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' },
    expected: false,
    warnings: [`OTEL_EXPORTER_OTLP_ENDPOINT ${urlRequirement}, received "localhost:4318"; not exporting over OTLP.`],
  },
  {
    title: 'does not send to the default address instead, even where code asks for OTLP',
    otlp: true,
    environment: { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'unix:///collector' },
    expected: false,
    warnings: [
      `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT ${urlRequirement}, received "unix:///collector"; not exporting over OTLP.`,
    ],
  },
  {
    title: 'falls back to the common address when that for metrics is wrong',
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'b' },
    expected: { url: 'http://a/v1/metrics' },
    warnings: [
      `OTEL_EXPORTER_OTLP_METRICS_ENDPOINT ${urlRequirement}, received "b"; using OTEL_EXPORTER_OTLP_ENDPOINT.`,
    ],
  },
  {
    title: 'shows no password and no query of a wrong address',
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'grpc://me:secret@a:4317/x?key=secret' },
    expected: false,
    warnings: [`OTEL_EXPORTER_OTLP_ENDPOINT ${urlRequirement}, received "grpc://a:4317/x"; not exporting over OTLP.`],
  },
  // Times.
  {
    title: 'takes times from the variables',
    environment: {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_METRIC_EXPORT_INTERVAL: '60000',
      OTEL_METRIC_EXPORT_TIMEOUT: '5000',
      OTEL_EXPORTER_OTLP_TIMEOUT: '4000',
    },
    expected: { intervalMs: 60_000, exportTimeoutMs: 5_000, requestTimeoutMs: 4_000 },
  },
  {
    title: 'keeps the specified timeout of 30 s when the interval is longer',
    environment: { OTEL_METRICS_EXPORTER: 'otlp', OTEL_METRIC_EXPORT_INTERVAL: '60000' },
    expected: { intervalMs: 60_000, exportTimeoutMs: 30_000 },
  },
  {
    title: 'lets the timeout for metrics beat the common one',
    otlp: true,
    environment: { OTEL_EXPORTER_OTLP_TIMEOUT: '4000', OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '3000' },
    expected: { requestTimeoutMs: 3_000 },
  },
  {
    title: 'lets code beat the variables of times',
    otlp: { intervalMs: 5_000, timeoutMs: 1_000 },
    environment: { OTEL_METRIC_EXPORT_INTERVAL: 'x', OTEL_EXPORTER_OTLP_TIMEOUT: 'x' },
    expected: { intervalMs: 5_000, exportTimeoutMs: 5_000, requestTimeoutMs: 1_000 },
  },
  {
    title: 'never lets a timeout outlast the interval',
    otlp: { intervalMs: 500, timeoutMs: 60_000 },
    environment: { OTEL_METRIC_EXPORT_TIMEOUT: '20000' },
    expected: { intervalMs: 500, exportTimeoutMs: 500, requestTimeoutMs: 500 },
  },
  {
    title: 'ignores wrong times',
    otlp: true,
    environment: {
      OTEL_METRIC_EXPORT_INTERVAL: '1e3',
      OTEL_METRIC_EXPORT_TIMEOUT: '0',
      OTEL_EXPORTER_OTLP_TIMEOUT: '10s',
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: '-1',
    },
    expected: {},
    warnings: [
      'OTEL_METRIC_EXPORT_INTERVAL must be an integer from 10 to 86400000, received "1e3"; exporting every 15000 ms.',
      'OTEL_METRIC_EXPORT_TIMEOUT must be an integer from 1 to 86400000, received "0"; using 15000 ms.',
      'OTEL_EXPORTER_OTLP_METRICS_TIMEOUT must be an integer from 1 to 86400000, received "-1"; ignoring it.',
      'OTEL_EXPORTER_OTLP_TIMEOUT must be an integer from 1 to 86400000, received "10s"; ignoring it.',
    ],
  },
  // Temporality, compression, protocol.
  {
    title: 'takes the temporality in any case',
    otlp: true,
    environment: { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'Delta' },
    expected: { temporality: 'delta' },
  },
  {
    title: 'lets code beat the variable of the temporality',
    otlp: { temporality: 'cumulative' },
    environment: { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'lowmemory' },
    expected: {},
  },
  {
    title: 'stays cumulative for an unknown temporality',
    otlp: true,
    environment: { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'sigma' },
    expected: {},
    warnings: [
      'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE must be "cumulative", "delta" or "lowmemory", received "sigma"; using cumulative.',
    ],
  },
  {
    title: 'lets the compression for metrics beat the common one',
    otlp: true,
    environment: { OTEL_EXPORTER_OTLP_COMPRESSION: 'none', OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'gzip' },
    expected: { compression: 'gzip' },
  },
  {
    title: 'falls back to the common compression when that for metrics is unknown',
    otlp: true,
    environment: { OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip', OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: 'zstd' },
    expected: { compression: 'gzip' },
    warnings: ['OTEL_EXPORTER_OTLP_METRICS_COMPRESSION must be "none" or "gzip", received "zstd"; ignoring it.'],
  },
  {
    title: 'says nothing of the protocol that it speaks',
    otlp: true,
    environment: { OTEL_EXPORTER_OTLP_PROTOCOL: 'HTTP/protobuf' },
    expected: {},
  },
  {
    title: 'speaks http/protobuf though gRPC is asked for, and points at the port',
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://me:secret@a:4317', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
    expected: { url: 'http://me:secret@a:4317/v1/metrics' },
    warnings: [
      'OTEL_EXPORTER_OTLP_PROTOCOL must be "http/protobuf", received "grpc"; sending http/protobuf to http://a:4317/v1/metrics; port 4317 is usually the one for gRPC, 4318 that for HTTP.',
    ],
  },
  {
    title: 'lets the protocol for metrics beat the common one',
    otlp: true,
    environment: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/protobuf' },
    expected: {},
  },
  // Headers and files.
  {
    title: 'takes headers from code, and leaves those of the variables to the exporter',
    otlp: { headers: { Authorization: 'Bearer key', 'x-empty': '' } },
    environment: { OTEL_EXPORTER_OTLP_HEADERS: 'a=b,c=d%20e' },
    expected: { headers: { Authorization: 'Bearer key', 'x-empty': '' } },
  },
  {
    title: 'warns about header variables without showing them',
    otlp: true,
    environment: { OTEL_EXPORTER_OTLP_HEADERS: 'secret', OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'a=b, %zz=secret' },
    expected: {},
    warnings: [
      'OTEL_EXPORTER_OTLP_METRICS_HEADERS must be a list of name=value, percent-encoded, with commas between; leaving out what is not.',
      'OTEL_EXPORTER_OTLP_HEADERS must be a list of name=value, percent-encoded, with commas between; leaving out what is not.',
    ],
  },
  {
    title: 'names the files for TLS, those for metrics before the common ones',
    otlp: true,
    environment: {
      OTEL_EXPORTER_OTLP_CERTIFICATE: '/ca.pem',
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: '/common.pem',
      OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE: '/metrics.pem',
      OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY: '/key.pem',
    },
    expected: { certificateFile: '/ca.pem', clientCertificateFile: '/metrics.pem', clientKeyFile: '/key.pem' },
  },
  {
    title: 'says nothing of wrong variables while OTLP is off',
    environment: {
      OTEL_EXPORTER_OTLP_TIMEOUT: 'x',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_HEADERS: 'x',
    },
    expected: false,
  },
];

describe('OTLP options', () => {
  for (const { title, otlp, environment = {}, expected, warnings = [] } of cases) {
    it(title, () => {
      const options: ObservabilityOptions = otlp === undefined ? {} : { otlp };
      const resolution = resolveOptions(options, environment, fakeSurroundings());

      expect(resolution.options.otlp).to.deep.equal(expected === false ? false : { ...defaults, ...expected });
      expect(resolution.warnings).to.deep.equal(warnings);
    });
  }
});
