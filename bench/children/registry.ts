// Writes one registry again and again. Arguments: `ours` or `client-js`, and how many values each label has.
import { answerRequests } from '../measure/child-process.ts';

export interface RegistryRequest {
  readonly calls: number;
}

export interface RegistryReport {
  readonly elapsedMs: number;
  /** Of one text. */
  readonly lines: number;
}

const [library, values] = process.argv.slice(2) as [string, string];
const { create } = (await import(`../registry/${library}.ts`)) as {
  create: (valuesPerLabel: readonly number[]) => () => Promise<string>;
};
const metrics = create(JSON.parse(values) as number[]);

answerRequests(async ({ calls }: RegistryRequest): Promise<RegistryReport> => {
  let text = '';
  const start = performance.now();
  for (let call = 0; call < calls; call++) {
    text = await metrics();
  }
  return { elapsedMs: performance.now() - start, lines: text.split('\n').filter((line) => /^[^#]/.test(line)).length };
});
