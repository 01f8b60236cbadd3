import type { KeptResult } from '../scenario.ts';
import { markdownTable } from './text-table.ts';

/**
 * Puts the last results into a page, between the comments `<!-- result: <scenario> -->` and `<!-- end -->`; what stands
 * there is replaced. A scenario without a result keeps what it has.
 */
export function withResults(page: string, results: Readonly<Record<string, KeptResult>>): string {
  return page.replaceAll(
    /(<!-- result: ([\w-]+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (whole: string, begin: string, scenario: string, end: string) => {
      const result = results[scenario];
      return result === undefined ? whole : `${begin}\n${resultSection(result)}\n\n${end}`;
    },
  );
}

function resultSection({ scenario, table, requirements, machine, date, chart }: KeptResult): string {
  return [
    `![${chart.title}](images/bench-${scenario}.svg)`,
    '',
    markdownTable(table),
    '',
    ...requirements.map(
      ({ text, measured, met }) => `- ${met ? 'Met' : '**Not met**'}: ${text}. Measured: ${measured}.`,
    ),
    '',
    `${date}, ${machine.processor}, ${machine.cores} cores, ${machine.system}, Node.js ${machine.node}.`,
  ].join('\n');
}
