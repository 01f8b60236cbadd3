import { expect } from 'chai';
import { burnRates } from '../../prometheus/source/burn-rates.ts';
import { readSlo } from '../../prometheus/source/read-slo.ts';
import { sloRules } from '../../prometheus/source/slo-rules.ts';
import { SloError } from '../../prometheus/source/slo-error.ts';

const HEAD = 'runbook: https://example.com/runbook\nwindow: 30d\n';

function refusal(text: string): string {
  try {
    readSlo(text);
  } catch (error) {
    expect(error).to.be.instanceOf(SloError);
    return (error as Error).message;
  }
  throw new Error('nothing was refused');
}

describe('slo.yml', () => {
  it('needs no more than an address and a window', () => {
    const { fallback, models } = readSlo(HEAD);
    expect(fallback).to.deep.include({ errorObjective: 0.99, latencyObjective: 0.95, thresholdSeconds: 0.6 });
    expect(models.size).to.equal(0);
  });

  it('gives a model what the default has and the model leaves out', () => {
    const { models } = readSlo(`${HEAD}default: { minimum_bad_requests: 3, latency: { threshold_seconds: 1 } }
models: { image: { errors: { objective: 0.995 } } }`);
    expect(models.get('image')).to.deep.include({ errorObjective: 0.995, minimumBadRequests: 3, thresholdSeconds: 1 });
  });

  const refused: [what: string, text: string, message: RegExp][] = [
    [
      'a threshold that is no bucket edge',
      `${HEAD}models: { document: { latency: { threshold_seconds: 0.7 } } }`,
      /models\.document\.latency\.threshold_seconds must be an edge of the model's latency buckets.*0\.5, 0\.6, 1.*received 0\.7/,
    ],
    [
      "a threshold of the default that a model's own buckets have not",
      `${HEAD}models: { document: { latency: { bucket_edges_seconds: [0.1, 1] } } }`,
      /models\.document\.latency\.threshold_seconds.*they are 0\.1, 1;.*received 0\.6/,
    ],
    ['edges that fall', `${HEAD}default: { latency: { bucket_edges_seconds: [1, 0.6] } }`, /must be rising numbers/],
    [
      'an objective in percent',
      `${HEAD}default: { errors: { objective: 99 } }`,
      /default\.errors\.objective must be a share above 0\.931 and below 1 \(99% is 0\.99\).*received 99/,
    ],
    [
      'an objective so low that its page could never come',
      `${HEAD}default: { latency: { objective: 0.9 } }`,
      /above 0\.931.*never alert, received 0\.9/,
    ],
    ['a window that the rates do not fit into', HEAD.replace('30d', '1d'), /window must be a duration of at least 3d/],
    ['a window without a unit', HEAD.replace('30d', '30'), /window must be a duration.*received 30/],
    ['an address that a # is already in', HEAD.replace('runbook\n', 'a#b\n'), /runbook must be an http/],
    ['a misspelt name', `${HEAD}default: { error: {} }`, /a name in default must be one of errors, latency.*"error"/],
    ['codes that are no list', `${HEAD}default: { errors: { uncounted_codes: aborted } }`, /a list of error codes/],
    ['a list of models', `${HEAD}models: [document]`, /models must be a section/],
    ['half a request', `${HEAD}default: { minimum_bad_requests: 0.5 }`, /default\.minimum_bad_requests/],
    ['perhaps', `${HEAD}default: { expect_traffic: perhaps }`, /default\.expect_traffic must be true or false/],
  ];
  for (const [what, text, message] of refused) {
    it(`refuses ${what}`, () => {
      expect(refusal(text)).to.match(message);
    });
  }
});

describe('rules of slo.yml', () => {
  it('burn at the rates that The Site Reliability Workbook gives for 30 days', () => {
    expect(burnRates(30 * 86_400).map(({ factor }) => factor)).to.deep.equal([14.4, 6, 3, 1]);
    expect(burnRates(28 * 86_400).map(({ factor }) => factor)).to.deep.equal([13.44, 5.6, 2.8, 0.933333]);
  });

  it('speak of each model once, by its name as it is written', () => {
    const rules = sloRules(readSlo(`${HEAD}models: { "a.b|c": { latency: { threshold_seconds: 1 } } }`));
    expect(rules).to.include(String.raw`model_type=~"a\\.b\\|c",le=~"1(\\.0)?"`);
    expect(rules).to.include(String.raw`model_type!~"a\\.b\\|c",le="0.6"`);
  });

  it('expect traffic of no model unless one asks for it', () => {
    expect(sloRules(readSlo(HEAD))).to.include('expr: vector(0) > 0');
  });

  it('count every error where no code is left out', () => {
    expect(sloRules(readSlo(HEAD)))
      .to.include('(rate(error_count_total[5m]))')
      .and.not.to.include('error_code');
  });
});
