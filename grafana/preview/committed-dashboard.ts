import { readFileSync } from 'node:fs';
import type { ThresholdSteps } from './panel-picture.ts';

/** What a picture needs of a dashboard's JSON. */
export interface CommittedDashboard {
  readonly title: string;
  readonly panels: readonly DashboardPanel[];
}

export interface DashboardPanel {
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly collapsed?: boolean;
  readonly targets?: readonly PanelTarget[];
  readonly options?: { readonly colorMode?: string; readonly sortBy?: readonly { readonly displayName: string }[] };
  readonly transformations?: readonly {
    readonly id: string;
    readonly options: { readonly renameByName?: Readonly<Record<string, string>> };
  }[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly min?: number;
      readonly max?: number;
      readonly thresholds?: { readonly steps: ThresholdSteps };
      readonly custom?: {
        readonly stacking?: { readonly mode?: string };
        readonly thresholdsStyle?: { readonly mode?: string };
      };
    };
    readonly overrides: readonly {
      readonly matcher: { readonly options: string };
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
}

export interface PanelTarget {
  readonly refId: string;
  readonly expr: string;
  readonly legendFormat?: string;
  /** Of now alone. */
  readonly instant?: boolean;
}

export function readDashboard(name: string): CommittedDashboard {
  const file = new URL(`../dashboards/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as CommittedDashboard;
}
