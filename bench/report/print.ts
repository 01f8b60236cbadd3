import type { Machine } from '../measure/machine.ts';
import type { Requirement, ScenarioResult } from '../scenario.ts';
import { textTable } from './text-table.ts';

export function machineText(machine: Machine): string {
  const { processor, cores, memoryGibibytes, system, node, v8, packages } = machine;
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  return [
    `${processor}, ${cores} cores, ${memoryGibibytes} GiB, ${system}`,
    `Node.js ${node}, V8 ${v8}`,
    versions.join(', '),
  ].join('\n');
}

export function resultText(result: ScenarioResult): string {
  return [result.title, '', textTable(result.table), '', ...result.requirements.map(requirementText)].join('\n');
}

function requirementText({ text, measured, met }: Requirement): string {
  return `${met ? '✔' : '✘'} ${text}: ${measured}`;
}
