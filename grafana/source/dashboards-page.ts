import type { Dashboard, Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';
import { dashboards } from './dashboards.ts';

const INTRODUCTION = `# Dashboards

<!-- Made by \`npm run generate\` from the dashboards; change it in grafana/source. -->

Three of them, in [grafana/](../grafana/README.md), which says how to import them. They link to each other and keep what is
chosen; job, instance, model and version are chosen above. A panel that is empty says why. Green needs nobody, amber a look,
red somebody; a panel that an alert belongs to links to its entry in the [runbook](runbook.md), and alerts that fire are
marked in all of them.

A series without a model's name is of the overflow, past a label limit, or was set by hand.

The pictures are drawn by \`grafana/preview\` from the dashboards' own queries, answered by a Prometheus that scraped two
replicas of the example under replay, with two GPUs of a stub driver; halfway more documents came, only
of sports and health. Grafana itself draws more beautifully.
`;

/** docs/dashboards.md: which question each panel answers. */
export function dashboardsPage(): string {
  const sections = Object.entries(dashboards()).map(([name, dashboard]) => section(name, dashboard));
  return [INTRODUCTION, ...sections].join('\n');
}

function section(name: string, { title = '', description = '', panels = [] }: Dashboard): string {
  const picture = `![The dashboard ${title}, drawn from live data](images/dashboard-${name}.svg)`;
  return [`## ${title}`, description, picture, ...blocks(panels)].map((block) => `${block}\n`).join('\n');
}

/** Headings of rows, and a list of the panels of each. */
function blocks(panels: readonly (Panel | RowPanel)[]): string[] {
  const found: string[] = [];
  let list: string[] = [];
  const end = (): void => {
    if (list.length > 0) {
      found.push(list.join('\n'));
      list = [];
    }
  };
  for (const panel of panels) {
    if ('panels' in panel) {
      end();
      found.push(`### ${panel.title}${panel.collapsed ? ' (folded)' : ''}`);
      list = panel.panels.map(item);
    } else {
      list.push(item(panel));
    }
  }
  end();
  return found;
}

function item({ title = '', description = '' }: Panel): string {
  return `- **${title}.** ${description}`;
}
