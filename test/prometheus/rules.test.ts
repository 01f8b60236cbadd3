import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { readSlo } from '../../prometheus/source/read-slo.ts';
import { runbookUrl } from '../../prometheus/source/rule-file.ts';
import { requireTool } from '../support/required-tool.ts';
import { runChecker } from '../support/run-checker.ts';
import { ALERT_CASES } from './alert-cases.ts';
import { playStory } from './promtool-test.ts';
import { alertRules, ruleFilePaths } from './rule-files.ts';

const PROMETHEUS_YML = fileURLToPath(new URL('../../prometheus/prometheus.yml', import.meta.url));
const SLO_YML = new URL('../../prometheus/slo.yml', import.meta.url);

describe('the Prometheus rules', () => {
  const { runbook } = readSlo(readFileSync(SLO_YML, 'utf8'));

  it('wake somebody for a fast burnt budget and for a service of which nothing is left, and for nothing else', () => {
    const paging = alertRules().filter(({ labels }) => labels['severity'] === 'page');
    expect(new Set(paging.map(({ alert }) => alert))).to.deep.equal(
      new Set(['AllTargetsGone', 'ErrorBudgetBurnFast', 'LatencyBudgetBurnFast']),
    );
  });

  it('say of each alert how bad it is, what is the matter, and where to read on', () => {
    for (const { alert, labels, annotations } of alertRules()) {
      expect(labels['severity'], alert).to.be.oneOf(['page', 'ticket', 'info', 'none']);
      expect(annotations, alert).to.have.all.keys('summary', 'description', 'runbook_url');
      expect(annotations['runbook_url'], alert).to.equal(runbookUrl(runbook, alert));
    }
  });

  it('have a story for each alert, in which it is silent, fires and ends', () => {
    expect(new Set(ALERT_CASES.map(({ alert }) => alert))).to.deep.equal(
      new Set(alertRules().map(({ alert }) => alert)),
    );
    for (const { alert, silentAt, resolvedAt, expected } of ALERT_CASES) {
      expect(expected, alert).to.have.length.above(0);
      if (alert !== 'Watchdog') {
        expect(silentAt, alert).to.have.length.above(0);
        expect(resolvedAt, alert).to.be.a('number');
      }
    }
  });

  describe('read by Prometheus', function () {
    // Some stories last twelve hours, of which promtool evaluates each minute.
    this.timeout(60_000);
    let promtool: string;

    before(function () {
      promtool = requireTool(this, 'promtool');
    });

    it('are accepted with its configuration, and no rule is there twice', async () => {
      await runChecker(promtool, ['check', 'config', PROMETHEUS_YML]);
      const remarks = await runChecker(promtool, ['check', 'rules', ...ruleFilePaths()]);
      expect(remarks).not.to.include('duplicate');
    });

    for (const story of ALERT_CASES) {
      it(`raise ${story.alert} when ${story.story}`, async () => {
        await playStory(promtool, story, (alert) => runbookUrl(runbook, alert));
      });
    }
  });
});
