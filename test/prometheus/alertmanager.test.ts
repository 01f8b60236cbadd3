import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import { requireTool } from '../support/required-tool.ts';
import { runChecker } from '../support/run-checker.ts';
import { alertRules } from './rule-files.ts';

const FILE = fileURLToPath(new URL('../../prometheus/alertmanager.yml', import.meta.url));

describe('the Alertmanager configuration', () => {
  it('speaks of alerts that there are', () => {
    const { inhibit_rules: rules } = parse(readFileSync(FILE, 'utf8')) as {
      readonly inhibit_rules: readonly { readonly source_matchers: string[]; readonly target_matchers: string[] }[];
    };
    const alerts = new Set(alertRules().map(({ alert }) => alert));
    const named = rules
      .flatMap((rule) => rule.source_matchers.concat(rule.target_matchers))
      .flatMap((matcher) => matcher.slice(matcher.indexOf('"')).match(/\w+/g) ?? []);
    expect(named).to.have.length.above(10);
    expect([...alerts]).to.include.members(named);
  });

  describe('read by amtool', () => {
    let amtool: string;

    before(function () {
      amtool = requireTool(this, 'amtool');
    });

    it('is accepted', async () => {
      await runChecker(amtool, ['check-config', FILE]);
    });

    const routes: [alert: string, labels: string[], receiver: string][] = [
      ['a page of a model with an owner', ['severity=page', 'owner=search'], 'pager-search'],
      ['a page of a model without one', ['severity=page'], 'pager'],
      ['a ticket of a model with an owner', ['severity=ticket', 'owner=vision'], 'tickets-vision'],
      ['a ticket of an owner that has no route', ['severity=ticket', 'owner=audio'], 'tickets'],
      ['information, whoever owns the model', ['severity=info', 'owner=search'], 'information'],
      ['the watchdog', ['severity=none', 'alertname=Watchdog'], 'watchdog'],
    ];
    for (const [alert, labels, receiver] of routes) {
      it(`sends ${alert} to ${receiver}`, async () => {
        await runChecker(amtool, [
          'config',
          'routes',
          'test',
          `--config.file=${FILE}`,
          `--verify.receivers=${receiver}`,
          ...labels,
        ]);
      });
    }
  });
});
