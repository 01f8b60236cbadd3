import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { knownSeries, unknownNames } from '../../prometheus/source/known-series.ts';
import { requireTool } from '../support/required-tool.ts';
import { runChecker } from '../support/run-checker.ts';
import { alertRules, recordingRules } from './rule-files.ts';

interface Entry {
  readonly alert: string;
  readonly text: string;
  readonly queries: readonly string[];
}

const RUNBOOK = readFileSync(new URL('../../docs/runbook.md', import.meta.url), 'utf8');

/** Of Prometheus itself. */
const OF_PROMETHEUS = ['ALERTS', 'scrape_duration_seconds', 'prometheus_notifications_dropped_total'];

function entries(): Entry[] {
  return RUNBOOK.split(/^## /m)
    .slice(1)
    .map((part) => ({
      alert: part.slice(0, part.indexOf('\n')),
      text: part,
      queries: [...part.matchAll(/^```promql\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.trim().split('\n')),
    }));
}

describe('the runbook', () => {
  it('has one entry for each alert, and none for another', () => {
    const alerts = [...new Set(alertRules().map(({ alert }) => alert))];
    expect(entries().map(({ alert }) => alert)).to.have.members(alerts);
  });

  for (const { alert, text, queries } of entries()) {
    it(`says of ${alert} what it means, whom it hurts, what to ask and what to do`, () => {
      const parts = [...text.matchAll(/^\*\*(\w+)\.\*\* \S.{20,}/gm)].map(([, part]) => part);
      expect(parts).to.deep.equal(['Meaning', 'Impact', 'Diagnosis', 'Mitigation']);
      expect(queries).to.have.length.above(0);
    });
  }

  it('asks only for series that there are', () => {
    const series = knownSeries(recordingRules());
    for (const { alert, queries } of entries()) {
      for (const query of queries.filter((text) => !OF_PROMETHEUS.some((name) => text.startsWith(name)))) {
        expect(unknownNames(query, series), `${alert}: ${query}`).to.deep.equal([]);
      }
    }
  });

  it('asks in PromQL', async function () {
    const promtool = requireTool(this, 'promtool');
    const folder = await mkdtemp(join(tmpdir(), 'inferometer-runbook-'));
    try {
      const rules = entries().flatMap(({ alert, queries }) =>
        queries.map((expr, place) => ({ record: `runbook:${alert}:${place}`, expr })),
      );
      await writeFile(join(folder, 'queries.json'), JSON.stringify({ groups: [{ name: 'runbook', rules }] }));
      await runChecker(promtool, ['check', 'rules', join(folder, 'queries.json')]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
