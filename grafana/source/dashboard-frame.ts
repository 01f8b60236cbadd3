import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  AnnotationQueryBuilder,
  ConstantVariableBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  VariableHide,
  type VariableModel,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { metric } from './catalogued-metric.ts';
import { datasource } from './panels.ts';
import { bare } from './promql.ts';
import { RUNBOOK_VARIABLE } from './runbook.ts';
import { objectives } from './service-level.ts';

/** Panels under a heading. */
export interface PanelRow {
  readonly title: string;
  /** What is of use only to some, or seldom, is folded away. */
  readonly isCollapsed?: boolean;
  readonly panels: readonly Builder<Panel>[];
}

export interface DashboardContent {
  /** What it is addressed by; never changed, or links break. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** OpenTelemetry name of a metric that every target which the dashboard is about has. */
  readonly targetsHave: string;
  /** OpenTelemetry name of a metric whose models there are to choose from; without, there is no choice of models. */
  readonly models?: string;
  /** The answer, before all rows. */
  readonly top: readonly Builder<Panel>[];
  readonly rows: readonly PanelRow[];
}

/** All dashboards of the pack have it, and find each other by it. */
export const TAG = 'inferometer';

/** The parts that all dashboards share: variables, links to each other, firing alerts, time, and the panels' places. */
export function buildDashboard(content: DashboardContent): Dashboard {
  const builder = new DashboardBuilder(content.title)
    .uid(content.uid)
    .description(content.description)
    .tags([TAG])
    .readonly()
    .timezone('browser')
    .time({ from: 'now-1h', to: 'now' })
    .refresh('30s')
    .tooltip(DashboardCursorSync.Crosshair)
    .variables(variables(content))
    .link(
      new DashboardLinkBuilder('Inferometer')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .keepTime(true)
        .includeVars(true),
    )
    .link(
      new DashboardLinkBuilder('Runbook')
        .type(DashboardLinkType.Link)
        .icon('doc')
        .url(`\${${RUNBOOK_VARIABLE}}`)
        .targetBlank(true),
    )
    .annotation(firingAlerts());
  for (const panel of content.top) {
    builder.withPanel(panel);
  }
  for (const row of content.rows) {
    addRow(builder, row);
  }
  return inSight(numbered(builder.build()));
}

/** Rows that are open stand before their panels; folded ones contain them. */
function addRow(builder: DashboardBuilder, { title, isCollapsed = false, panels }: PanelRow): void {
  const row = new RowBuilder(title).collapsed(isCollapsed);
  if (isCollapsed) {
    for (const panel of panels) {
      row.withPanel(panel);
    }
  }
  builder.withRow(row);
  if (!isCollapsed) {
    for (const panel of panels) {
      builder.withPanel(panel);
    }
  }
}

function variables({ targetsHave, models }: DashboardContent): Builder<VariableModel>[] {
  const { name } = metric(targetsHave);
  return [
    new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'),
    choice('job', 'Job', '.+', `label_values(${name}, job)`),
    choice('instance', 'Instance', '.+', `label_values(${name}{job=~"$job"}, instance)`),
    ...(models === undefined ? [] : choicesOfModels(models)),
    runbookVariable(),
  ];
}

function choicesOfModels(models: string): QueryVariableBuilder[] {
  const versions = bare('inference.model.info', 'model_type=~"$model"');
  return [
    // Also what has no such label: overflow series, and drift scores that are set by hand.
    choice('model', 'Model', '.*', `label_values(${bare(models)}, model_type)`),
    choice('version', 'Version', '.*', `label_values(${versions}, model_version)`).description(
      'Versions of declared models. Models without a version stay in view whatever is chosen.',
    ),
  ];
}

/** The builder of constants has no way to hide one. */
function runbookVariable(): Builder<VariableModel> {
  const variable = new ConstantVariableBuilder(RUNBOOK_VARIABLE).value(objectives.runbook).build();
  return { build: () => ({ ...variable, hide: VariableHide.HideVariable }) };
}

function choice(name: string, label: string, allValue: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(datasource)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(allValue)
    .current({ selected: true, text: ['All'], value: ['$__all'] });
}

function firingAlerts(): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name('Firing alerts')
    .datasource(datasource)
    .enable(true)
    .iconColor('red')
    .expr('ALERTS{alertstate="firing"}')
    .titleFormat('{{alertname}}')
    .textFormat('{{model_type}} {{instance}}')
    .tagKeys('severity')
    .step('60s');
}

/** Panels are addressed by number: in the order in which they stand. */
function numbered(dashboard: Dashboard): Dashboard {
  let id = 0;
  for (const panel of dashboard.panels ?? []) {
    panel.id = ++id;
    for (const inner of 'panels' in panel ? panel.panels : []) {
      inner.id = ++id;
    }
  }
  return dashboard;
}

/** The builders put links and marks of alerts into a menu; nobody looks for a menu at night. */
function inSight(dashboard: Dashboard): Dashboard {
  for (const shown of [...(dashboard.links ?? []), ...(dashboard.annotations?.list ?? [])]) {
    delete shown.placement;
  }
  return dashboard;
}
