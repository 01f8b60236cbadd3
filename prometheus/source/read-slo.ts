import { parse } from 'yaml';
import { defaultLatencyBucketsSeconds } from '../../packages/observability/src/options/bucket-bounds.ts';
import { burnRates, durationSeconds } from './burn-rates.ts';
import { SloError } from './slo-error.ts';

/** What a model promises. */
export interface Objectives {
  readonly errorObjective: number;
  readonly uncountedCodes: readonly string[];
  readonly latencyObjective: number;
  readonly thresholdSeconds: number;
  readonly bucketEdgesSeconds: readonly number[];
  readonly minimumBadRequests: number;
  readonly expectTraffic: boolean;
}

/** slo.yml, checked. */
export interface SloFile {
  /** Address of the runbook's page. */
  readonly runbook: string;
  /** As Prometheus writes it, e.g. `30d`. */
  readonly window: string;
  readonly windowSeconds: number;
  /** Of models that are not in {@link models}. */
  readonly fallback: Objectives;
  readonly models: ReadonlyMap<string, Objectives>;
}

/** What slo.yml falls back on itself. */
const DEFAULTS: Objectives = {
  errorObjective: 0.99,
  uncountedCodes: [],
  latencyObjective: 0.95,
  thresholdSeconds: 0.6,
  bucketEdgesSeconds: defaultLatencyBucketsSeconds,
  minimumBadRequests: 10,
  expectTraffic: false,
};

/** The longest rate goes over three days: an objective over less is not one that it could speak of. */
const SHORTEST_WINDOW_SECONDS = 3 * 86_400;

type Section = { readonly [name: string]: unknown };

/** @throws SloError for what no rules can be made of */
export function readSlo(text: string): SloFile {
  const file = section(parse(text), 'the file', ['runbook', 'window', 'default', 'models']);
  const { runbook, window } = file;
  if (typeof runbook !== 'string' || !/^https?:\/\/[^\s#]+$/.test(runbook)) {
    throw new SloError('runbook', runbook, 'an http(s) address without a #');
  }
  const windowSeconds = typeof window === 'string' ? durationSeconds(window) : undefined;
  if (windowSeconds === undefined || windowSeconds < SHORTEST_WINDOW_SECONDS) {
    throw new SloError('window', window, 'a duration of at least 3d, as 30d or 4w');
  }
  const fastest = burnRates(windowSeconds)[0]?.factor ?? 1;
  const fallback = readObjectives(file['default'], 'default', DEFAULTS, fastest);
  const models = Object.entries(anySection(file['models'], 'models')).map(
    ([name, model]) => [name, readObjectives(model, `models.${name}`, fallback, fastest)] as const,
  );
  return { runbook, window: window as string, windowSeconds, fallback, models: new Map(models) };
}

function readObjectives(value: unknown, place: string, fallback: Objectives, fastest: number): Objectives {
  const given = section(value, place, ['errors', 'latency', 'minimum_bad_requests', 'expect_traffic']);
  const errors = section(given['errors'], `${place}.errors`, ['objective', 'uncounted_codes']);
  const latency = section(given['latency'], `${place}.latency`, [
    'objective',
    'threshold_seconds',
    'bucket_edges_seconds',
  ]);
  const bucketEdgesSeconds = edges(latency['bucket_edges_seconds'], `${place}.latency`) ?? fallback.bucketEdgesSeconds;
  const thresholdSeconds = latency['threshold_seconds'] ?? fallback.thresholdSeconds;
  if (typeof thresholdSeconds !== 'number' || !bucketEdgesSeconds.includes(thresholdSeconds)) {
    throw new SloError(
      `${place}.latency.threshold_seconds`,
      thresholdSeconds,
      `an edge of the model's latency buckets, or nothing can be counted as slow (they are ${bucketEdgesSeconds.join(', ')}; a model with others needs bucket_edges_seconds)`,
    );
  }
  return {
    errorObjective: objective(errors['objective'], `${place}.errors`, fastest) ?? fallback.errorObjective,
    uncountedCodes: texts(errors['uncounted_codes'], `${place}.errors.uncounted_codes`) ?? fallback.uncountedCodes,
    latencyObjective: objective(latency['objective'], `${place}.latency`, fastest) ?? fallback.latencyObjective,
    thresholdSeconds,
    bucketEdgesSeconds,
    minimumBadRequests: count(given['minimum_bad_requests'], place) ?? fallback.minimumBadRequests,
    expectTraffic: truth(given['expect_traffic'], place) ?? fallback.expectTraffic,
  };
}

/** A section whose keys are known, so that a misspelt one is no silent default. */
function section(value: unknown, place: string, known: readonly string[]): Section {
  const given = anySection(value, place);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new SloError(`a name in ${place}`, unknown, `one of ${known.join(', ')}`);
  }
  return given;
}

function anySection(value: unknown, place: string): Section {
  if (value === undefined || value === null) {
    return {};
  }
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new SloError(place, value, 'a section of names and values');
  }
  return value as Section;
}

function objective(value: unknown, place: string, fastest: number): number | undefined {
  if (value === undefined) {
    return undefined;
  }
  // Beyond, the fastest burn rate would ask for more than all requests to be bad, and the page would never come.
  const lowest = 1 - 1 / fastest;
  if (typeof value !== 'number' || !(value > lowest && value < 1)) {
    throw new SloError(
      `${place}.objective`,
      value,
      `a share above ${lowest.toFixed(3)} and below 1 (99% is 0.99); with a lower one the fast burn could never alert`,
    );
  }
  return value;
}

function edges(value: unknown, place: string): readonly number[] | undefined {
  if (value === undefined) {
    return undefined;
  }
  const isRising =
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((edge, index) => typeof edge === 'number' && (index === 0 || edge > Number(value[index - 1])));
  if (!isRising) {
    throw new SloError(
      `${place}.bucket_edges_seconds`,
      value,
      "rising numbers, as in the model's latencyBucketsSeconds",
    );
  }
  return value as readonly number[];
}

function texts(value: unknown, place: string): readonly string[] | undefined {
  if (value === undefined) {
    return undefined;
  }
  if (!Array.isArray(value) || !value.every((text) => typeof text === 'string' && text !== '')) {
    throw new SloError(place, value, 'a list of error codes');
  }
  return value as readonly string[];
}

function count(value: unknown, place: string): number | undefined {
  if (value !== undefined && !(typeof value === 'number' && Number.isInteger(value) && value >= 0)) {
    throw new SloError(`${place}.minimum_bad_requests`, value, 'a whole number of at least 0');
  }
  return value;
}

function truth(value: unknown, place: string): boolean | undefined {
  if (value !== undefined && typeof value !== 'boolean') {
    throw new SloError(`${place}.expect_traffic`, value, 'true or false');
  }
  return value;
}
