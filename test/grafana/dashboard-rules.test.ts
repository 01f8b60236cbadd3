import { expect } from 'chai';
import { exportedMetrics } from '../../prometheus/source/exported-metrics.ts';
import { knownSeries, unknownNames } from '../../prometheus/source/known-series.ts';
import { promqlNames } from '../../prometheus/source/promql-names.ts';
import { alertRules, recordingRules } from '../prometheus/rule-files.ts';
import {
  type CommittedDashboard,
  committedDashboards,
  type DashboardPanel,
  type DashboardVariable,
  panelsOf,
  queriesOf,
} from './support/committed-dashboards.ts';
import { resolveQuery, selectorsOf } from './support/resolved-query.ts';

// The rules of https://github.com/grafana/dashboard-linter (docs/index.md and lint/ there), which says of each why, for
// dashboards whose one data source is Prometheus; and, below, what this pack promises beyond them.

const GRID_COLUMNS = 24;

/** Of the units that the linter knows, those that occur here. */
const UNITS: ReadonlySet<string> = new Set(
  'none short percent percentunit bytes Bps s hertz celsius watt joule reqps ops bool_yes_no'.split(' '),
);

/** What rules record over all replicas: without job and instance, which grafana/dashboards/.lint excuses. */
const RECORDED: ReadonlySet<string> = new Set(['drift:psi_corrected']);

/** A label that queries make themselves: what a card is told by. */
const CARD = 'card';

/** Durations that PromQL can read. */
const WINDOWS = { rate: '1m', range: '1h' };

const series = knownSeries(recordingRules());
const counters: ReadonlySet<string> = new Set(
  exportedMetrics().flatMap(({ name, type }) =>
    type === 'counter' ? [name] : type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [],
  ),
);

for (const dashboard of committedDashboards) {
  const { title } = dashboard;
  const panels = panelsOf(dashboard);
  const queries = queriesOf(dashboard);

  function variable(name: string): DashboardVariable | undefined {
    return dashboard.templating.list.find((candidate) => candidate.name === name);
  }

  describe(`the dashboard ${title}, as dashboard-linter wants it`, () => {
    it('has one data source, in a variable (template-datasource-rule)', () => {
      const sources = dashboard.templating.list.filter(({ type }) => type === 'datasource');
      expect(sources).to.have.length(1);
      expect(sources[0]).to.deep.include({ name: 'datasource', label: 'Data source', query: 'prometheus' });
    });

    for (const [name, label] of [
      ['job', 'Job'],
      ['instance', 'Instance'],
    ] as const) {
      it(`has a variable for the ${name}, of which several may be chosen (template-${name}-rule)`, () => {
        expect(variable(name)).to.deep.include({
          type: 'query',
          label,
          datasource: { type: 'prometheus', uid: '${datasource}' },
          multi: true,
          allValue: '.+',
        });
      });

      it(`has a ${name} matcher in every selector (target-${name}-rule)`, () => {
        for (const { panel, target } of queries) {
          const selectors = selectorsOf(target.expr).filter((selector) => !RECORDED.has(selector.metric));
          for (const { metric, matchers } of selectors) {
            const own = matchers.filter((matcher) => matcher.label === name);
            expect(own, `${panel.title}: ${metric}`).to.deep.equal([
              { label: name, operator: '=~', value: `$${name}` },
            ]);
          }
        }
      });
    }

    it('asks for labels in its variables, anew when the time changes (template-label-promql-rule, template-on-time-change-reload-rule)', () => {
      for (const { name, type, query, refresh } of dashboard.templating.list) {
        if (type === 'query') {
          expect(query, name).to.match(/^label_values\(.+, [a-z_]+\)$/);
          expect(refresh, name).to.equal(2);
        }
      }
    });

    it('uses the variable in every panel and query (panel-datasource-rule)', () => {
      for (const panel of panels) {
        expect(panel.datasource?.uid, panel.title).to.equal('${datasource}');
        for (const target of panel.targets ?? []) {
          expect(target.datasource?.uid, panel.title).to.equal('${datasource}');
        }
      }
    });

    it('has a title, a description and a query in every panel (panel-title-description-rule, panel-no-targets-rule)', () => {
      for (const { id, title: panelTitle, description, targets } of panels) {
        expect(panelTitle, `panel ${id}`).to.not.equal('');
        expect(description, panelTitle).to.match(/\S/);
        expect(targets, panelTitle).to.have.length.above(0);
      }
    });

    it('has a unit for every value (panel-units-rule)', () => {
      for (const panel of panels) {
        const { defaults, overrides } = panel.fieldConfig ?? { defaults: {}, overrides: [] };
        const units = overrides.flatMap(({ properties }) => properties).filter(({ id }) => id === 'unit');
        expect(UNITS, panel.title).to.include(defaults.unit);
        for (const { value } of units) {
          expect(UNITS, panel.title).to.include(value);
        }
      }
    });

    it('looks back over $__rate_interval in every rate (target-rate-interval-rule)', () => {
      for (const { panel, target } of queries) {
        for (const [, window] of target.expr.matchAll(/rate\([^[]*\[([^\]]*)\]/g)) {
          expect(window, panel.title).to.equal('$__rate_interval');
        }
      }
    });

    it('takes counters only inside rate() or increase() (target-counter-agg-rule)', () => {
      for (const { panel, target } of queries) {
        const outside = target.expr.replaceAll(/(rate|increase)\([^[]*\[[^\]]*\]\)/g, '');
        for (const { metric } of selectorsOf(outside)) {
          expect(counters, panel.title).to.not.include(metric);
        }
      }
    });

    it('is not to be edited in the browser (uneditable-dashboard-rule)', () => {
      expect(dashboard.editable).to.equal(false);
    });
  });

  describe(`the dashboard ${title}`, () => {
    it('asks only for metrics that the packages export or the rules record, and for labels that these have', () => {
      for (const { panel, target } of queries) {
        const unknown = unknownNames(resolveQuery(target.expr, WINDOWS), series).filter((name) => name !== CARD);
        expect(unknown, `${panel.title}, query ${target.refId}`).to.deep.equal([]);
      }
    });

    it('writes every selector with its matchers: nothing in a query is a bare name', () => {
      for (const { panel, target } of queries) {
        const { metrics } = promqlNames(resolveQuery(target.expr, WINDOWS));
        expect(
          selectorsOf(target.expr).map(({ metric }) => metric),
          panel.title,
        ).to.deep.equal(metrics.map(({ name }) => name));
      }
    });

    it('links to entries of the runbook for alerts that there are', () => {
      const alerts = new Set(alertRules().map(({ alert }) => alert));
      const variables = dashboard.templating.list.map(({ name, query }) => [`\${${name}}`, query] as const);
      for (const { title: panelTitle, links = [] } of panels) {
        for (const link of links) {
          const [, alert = ''] = /^Runbook: (\w+)$/.exec(link.title) ?? [];
          expect(alerts, panelTitle).to.include(alert);
          const url = variables.reduce((text, [name, value]) => text.replace(name, value), link.url);
          const rule = alertRules().find((candidate) => candidate.alert === alert);
          expect(url, panelTitle).to.equal(rule?.annotations['runbook_url']);
        }
      }
    });

    it('has each variable that its queries and links use', () => {
      const known = new Set(dashboard.templating.list.map(({ name }) => name));
      const texts = [
        ...queries.map(({ target }) => target.expr),
        ...dashboard.templating.list.map(({ query }) => query),
        ...panels.flatMap(({ links = [] }) => links.map(({ url }) => url)),
      ];
      const used = texts.flatMap((text) => [...text.matchAll(/\$\{?([a-z]\w*)/g)].map(([, name = '']) => name));
      expect([...new Set(used)].filter((name) => !known.has(name))).to.deep.equal([]);
    });

    it('says of every panel which question it answers, and what it means that it is empty', () => {
      for (const panel of panels) {
        expect(panel.description, panel.title).to.match(/\?/);
        expect(panel.fieldConfig?.defaults.noValue, panel.title).to.match(/\w/);
      }
    });

    it('tells in a number what is now, and not the last word of a service that is gone', () => {
      for (const { panel, target } of queries.filter(({ panel: { type } }) => type === 'stat' || type === 'table')) {
        expect(target, panel.title).to.deep.include({ instant: true, range: false });
      }
    });

    it('names the series of each chart', () => {
      for (const { panel, target } of queries) {
        if (panel.type === 'timeseries') {
          expect(target.legendFormat, panel.title).to.match(/\S/);
        }
      }
    });

    it('can be found and linked to: a stable uid, the tag, a link to the others, the time it opens with', () => {
      expect(dashboard.uid).to.equal(`inferometer-${dashboard.name}`);
      expect(dashboard.tags).to.deep.equal(['inferometer']);
      expect(dashboard.links[0]).to.deep.include({ type: 'dashboards', tags: ['inferometer'], keepTime: true });
      for (const shown of [...dashboard.links, ...dashboard.annotations.list]) {
        expect(shown, 'a link or mark that is not in a menu').to.not.have.property('placement');
      }
      expect(dashboard.time).to.deep.equal({ from: 'now-1h', to: 'now' });
      expect(dashboard.annotations.list.map(({ expr }) => expr)).to.include('ALERTS{alertstate="firing"}');
    });

    it('has no two panels of one number or in one place, and none beyond the edge', () => {
      const all = allPanels(dashboard);
      expect(new Set(all.map(({ id }) => id)).size).to.equal(all.length);
      for (const panel of all) {
        expect(panel.gridPos.x + panel.gridPos.w, panel.title).to.be.at.most(GRID_COLUMNS);
      }
      for (const [index, panel] of panels.entries()) {
        for (const other of panels.slice(index + 1)) {
          expect(overlap(panel, other), `${panel.title} and ${other.title}`).to.equal(false);
        }
      }
    });
  });
}

function allPanels({ panels }: CommittedDashboard): DashboardPanel[] {
  return panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
}

function overlap({ gridPos: one }: DashboardPanel, { gridPos: other }: DashboardPanel): boolean {
  const beside = one.x + one.w <= other.x || other.x + other.w <= one.x;
  const below = one.y + one.h <= other.y || other.y + other.h <= one.y;
  return !beside && !below;
}
