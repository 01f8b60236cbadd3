import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  createCountLayout,
  createDriftEngine,
  driftRules,
  populationStabilityIndex,
  correctedPopulationStabilityIndex,
} from '@inferometer/drift-metrics';
import { predictions, referenceOf } from '../support/predictions.ts';
import { createTraffic } from '../support/traffic.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const hasPromtool = spawnSync('promtool', ['--version']).status === 0;

describe('Rules over replicas', () => {
  const pathOf = temporaryFolder();

  before(function () {
    if (!hasPromtool) {
      this.skip();
    }
  });

  function promtool(...command: string[]): { status: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync('promtool', command, { encoding: 'utf8' });
    return { status, output: `${stdout}${stderr}` };
  }

  function labelsOf(labels: Record<string, string>): string {
    return `{${Object.entries(labels)
      .map(([name, value]) => `${name}="${value}"`)
      .join(',')}}`;
  }

  it('are rules that Prometheus accepts', () => {
    writeFileSync(pathOf('rules.json'), JSON.stringify({ groups: [driftRules()] }));
    const { status, output } = promtool('check', 'rules', pathOf('rules.json'));
    expect(status, output).to.equal(0);
  });

  it('compute over all replicas what one process would have computed that had seen all', () => {
    const reference = referenceOf();
    const hash = reference.hash.slice(0, 12);
    const { labels } = createCountLayout(reference).signals[0]!.bins;
    const referenceCounts = reference.signals[0]!.counts;
    // Two replicas, and a canary with another reference, each at a steady pace for two hours.
    const paces: [replica: string, reference: string, perMinute: number[]][] = [
      ['a', hash, [5, 3, 2, 1, 0]],
      ['b', hash, [4, 1, 6, 0, 1]],
      ['canary', 'another', [0, 0, 9, 9, 9]],
    ];
    const series = (name: string, replica: string, of: string, bin: string): string =>
      name + labelsOf({ model_type: 'document', reference: of, signal: 'class', bin, instance: replica });
    const input = paces.flatMap(([replica, of, perMinute]) =>
      perMinute.flatMap((pace, bin) => [
        { series: series('drift_live_count_total', replica, of, labels[bin]!), values: `0+${pace}x120` },
        {
          series: series('drift_reference_count', replica, of, labels[bin]!),
          values: `${referenceCounts[bin]!}+0x120`,
        },
      ]),
    );
    const live = paces[0]![2].map((pace, bin) => 60 * (pace + paces[1]![2][bin]!));
    const expected = (metric: string, value: number): object => ({
      // Sums in another order differ in the last digits.
      expr: `abs(${metric}{reference="${hash}"} - ${value}) < bool 1e-9`,
      eval_time: '120m',
      exp_samples: [{ labels: labelsOf({ model_type: 'document', reference: hash, signal: 'class' }), value: 1 }],
    });
    writeFileSync(pathOf('rules.json'), JSON.stringify({ groups: [driftRules()] }));
    const test = {
      rule_files: [pathOf('rules.json')],
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: input,
          promql_expr_test: [
            expected('drift:psi', populationStabilityIndex(referenceCounts, live)),
            expected('drift:psi_corrected', correctedPopulationStabilityIndex(referenceCounts, live)),
          ],
        },
      ],
    };
    writeFileSync(pathOf('test.json'), JSON.stringify(test));
    const { status, output } = promtool('test', 'rules', pathOf('test.json'));
    expect(status, output).to.equal(0);
  });

  it('alert on the mean of the replicas, not on the unluckiest of fifty', () => {
    const of = { model_type: 'document', reference: 'r' };
    const replicas = (statistic: (replica: number) => number): object[] =>
      Array.from({ length: 50 }, (_, replica) => ({
        series: `drift_evidence${labelsOf({ ...of, signal: 'class', instance: String(replica) })}`,
        values: `${Math.log(statistic(replica))}+0x10`,
      }));
    const bins = ['a', 'b', 'other', 'missing'].flatMap((bin, index) => [
      {
        series: `drift_live_count_total${labelsOf({ ...of, signal: 'class', bin })}`,
        values: `0+${[90, 10, 0, 0][index]!}x10`,
      },
      {
        series: `drift_reference_count${labelsOf({ ...of, signal: 'class', bin })}`,
        values: `${[500, 500, 0, 0][index]!}+0x10`,
      },
    ]);
    const threshold = { series: `drift_evidence_threshold${labelsOf(of)}`, values: `${Math.log(40_000)}+0x10` };
    const alertOf = (evidence: object[], raised: boolean): object => ({
      interval: '1m',
      input_series: [...evidence, ...bins, threshold],
      promql_expr_test: [
        {
          expr: 'ALERTS{alertname="InferenceDrift",alertstate="firing"}',
          eval_time: '10m',
          exp_samples: raised
            ? [
                {
                  labels: `ALERTS${labelsOf({ ...of, signal: 'class', alertname: 'InferenceDrift', alertstate: 'firing', severity: 'page' })}`,
                  value: 1,
                },
              ]
            : [],
        },
      ],
    });
    writeFileSync(pathOf('rules.json'), JSON.stringify({ groups: [driftRules({ window: '10m' })] }));
    const tests = [
      // One replica is beyond its own threshold, the mean is not; then all are.
      alertOf(
        replicas((replica) => (replica === 7 ? 80_000 : 1)),
        false,
      ),
      alertOf(
        replicas(() => 50_000),
        true,
      ),
    ];
    writeFileSync(
      pathOf('test.json'),
      JSON.stringify({ rule_files: [pathOf('rules.json')], evaluation_interval: '1m', tests }),
    );
    const { status, output } = promtool('test', 'rules', pathOf('test.json'));
    expect(status, output).to.equal(0);
  });
});

describe('Counts of replicas', () => {
  it('add up: the merged counts score as one process that had seen all', () => {
    const reference = referenceOf();
    const replicas = [createTraffic(reference), createTraffic(reference)];
    const whole = createTraffic(reference);
    for (const [index, replica] of replicas.entries()) {
      replica.observe(predictions(700, 30 + index), 60_000);
    }
    whole.observe([...predictions(700, 30), ...predictions(700, 31)], 60_000);
    const merged = createDriftEngine([{ modelType: 'document', reference }]);
    const zero = new Float64Array(whole.counts.length);
    merged.update([{ modelType: 'document', counts: zero }], 1e12);
    const counts = zero.map((_, index) => replicas[0]!.counts[index]! + replicas[1]!.counts[index]!);
    merged.update([{ modelType: 'document', counts }], 1e12 + 60_000);
    expect(merged.models(1e12 + 60_000)).to.deep.equal([whole.drift()]);
  });
});
