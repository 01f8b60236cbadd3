import { readdirSync, readFileSync } from 'node:fs';

/** What tests look at in a dashboard's JSON. */
export interface CommittedDashboard {
  /** Name of the file, without its ending. */
  readonly name: string;
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly editable: boolean;
  readonly schemaVersion: number;
  readonly time: { readonly from: string; readonly to: string };
  readonly links: readonly { readonly type: string; readonly tags?: readonly string[]; readonly url?: string }[];
  readonly templating: { readonly list: readonly DashboardVariable[] };
  readonly annotations: { readonly list: readonly { readonly expr?: string }[] };
  readonly panels: readonly DashboardPanel[];
}

export interface DashboardVariable {
  readonly name: string;
  readonly type: string;
  readonly label?: string;
  readonly query: string;
  readonly datasource?: { readonly uid: string };
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
  readonly refresh?: number;
}

export interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly collapsed?: boolean;
  readonly links?: readonly { readonly title: string; readonly url: string }[];
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly noValue?: string };
    readonly overrides: readonly {
      readonly matcher: { readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
  readonly targets?: readonly PanelTarget[];
  /** Of a folded row. */
  readonly panels?: readonly DashboardPanel[];
}

export interface PanelTarget {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  readonly format?: string;
  readonly datasource?: { readonly uid: string };
}

/** A query where it stands. */
export interface PanelQuery {
  readonly panel: DashboardPanel;
  readonly target: PanelTarget;
}

const FOLDER = new URL('../../../grafana/dashboards/', import.meta.url);

/** All dashboards as they are committed. */
export const committedDashboards: readonly CommittedDashboard[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.json'))
  .map((file) => {
    const dashboard = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Omit<CommittedDashboard, 'name'>;
    return Object.assign(dashboard, { name: file.slice(0, -'.json'.length) });
  });

/** The panels that show something, those of folded rows too. */
export function panelsOf({ panels }: CommittedDashboard): readonly DashboardPanel[] {
  return panels.flatMap((panel) => (panel.type === 'row' ? (panel.panels ?? []) : [panel]));
}

export function queriesOf(dashboard: CommittedDashboard): readonly PanelQuery[] {
  return panelsOf(dashboard).flatMap((panel) => (panel.targets ?? []).map((target) => ({ panel, target })));
}
