import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChecker } from '../support/run-checker.ts';
import type { AlertCase, ExpectedAlert } from './alert-cases.ts';
import { groupNames, ruleFilePaths } from './rule-files.ts';

/**
 * Has promtool play a story.
 *
 * @throws Error with what promtool saw instead
 */
export async function playStory(
  promtool: string,
  story: AlertCase,
  runbookOf: (alert: string) => string,
): Promise<void> {
  const at = (minute: number, alerts: readonly ExpectedAlert[]): object => ({
    eval_time: `${minute}m`,
    alertname: story.alert,
    exp_alerts: alerts.map(({ labels, summary, description }) => ({
      exp_labels: labels,
      exp_annotations: { summary, description, runbook_url: runbookOf(story.alert) },
    })),
  });
  const test = {
    rule_files: ruleFilePaths(),
    evaluation_interval: '1m',
    // Prometheus evaluates groups side by side; an order of their own each time would change the last digits told.
    group_eval_order: groupNames(),
    tests: [
      {
        interval: '1m',
        input_series: Object.entries(story.series).map(([series, values]) => ({ series, values })),
        alert_rule_test: [
          ...story.silentAt.map((minute) => at(minute, [])),
          at(story.firesAt, story.expected),
          ...(story.resolvedAt === undefined ? [] : [at(story.resolvedAt, [])]),
        ],
      },
    ],
  };
  const folder = await mkdtemp(join(tmpdir(), 'inferometer-rules-'));
  try {
    const file = join(folder, 'story.json');
    await writeFile(file, JSON.stringify(test));
    await runChecker(promtool, ['test', 'rules', file]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
