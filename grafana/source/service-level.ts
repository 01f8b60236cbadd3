import { readFileSync } from 'node:fs';
import { burnRates } from '../../prometheus/source/burn-rates.ts';
import { readSlo, type SloFile } from '../../prometheus/source/read-slo.ts';

/** What the models promise: the dashboards and the alert rules are made of one file. */
export const objectives: SloFile = readSlo(readFileSync(new URL('../../prometheus/slo.yml', import.meta.url), 'utf8'));

/** Times as fast as the budget allows. One that is spent wakes nobody; a fiftieth of it in an hour does. */
export const burnLimits = { amber: 1, red: burnRates(objectives.windowSeconds)[0]?.factor ?? 1 } as const;
