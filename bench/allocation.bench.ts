import type { Allocation } from './children/allocation.ts';
import { startMeasuringProcess } from './measure/child-process.ts';
import { type LibraryName, libraryNames, peers } from './peers/library.ts';
import { bytes, decimals } from './report/units.ts';
import type { Scenario, ScenarioContext } from './scenario.ts';

const OURS = 'inferometer-reused-records';
const LIBRARIES: readonly LibraryName[] = [OURS, 'inferometer-mixed-records', 'inferometer', 'hand-written', ...peers];

/** Compiling and the two readings of the heap allocate a little, once; of a call of its own there would be more. */
const NOTHING_BYTES = 0.5;

const EFFORTS = {
  full: { warmUpCalls: 1_000_000, calls: 5_000_000 },
  quick: { warmUpCalls: 400_000, calls: 500_000 },
  tiny: { warmUpCalls: 1000, calls: 1000 },
} as const;

export const allocation: Scenario = {
  name: 'allocation',
  title: 'Memory allocated by recording one inference',
  async run(context) {
    const { calls } = EFFORTS[context.effort];
    const rows: { library: LibraryName; bytesPerCall: number; collectionsPerMillion: number }[] = [];
    for (const [place, library] of LIBRARIES.entries()) {
      context.progress(libraryNames[library], place / LIBRARIES.length);
      const { bytes: allocated, collections } = await measure(library, context);
      rows.push({
        library,
        bytesPerCall: allocated / calls,
        collectionsPerMillion: (collections * 1e6) / calls,
      });
    }
    const ours = rows[0]!;
    return {
      scenario: 'allocation',
      title: allocation.title,
      explanation:
        'Bytes that V8 allocated per recorded inference, and how often that made it collect the young generation. The ' +
        'objects that callers make for the call are theirs and are in it (a record, five attribute objects), except where ' +
        'records exist already.',
      settings: { calls, warmUpCalls: EFFORTS[context.effort].warmUpCalls },
      table: {
        columns: ['library', 'bytes per call', 'collections per million calls'],
        rows: rows.map((row) => [
          libraryNames[row.library],
          bytes(row.bytesPerCall),
          decimals(row.collectionsPerMillion, 1),
        ]),
      },
      measurements: rows.map(({ library, bytesPerCall, collectionsPerMillion }) => ({
        library: libraryNames[library],
        values: { bytesPerCall, collectionsPerMillion },
      })),
      requirements: [
        {
          text: 'no allocation per call in steady state',
          measured: `${bytes(ours.bytesPerCall)} per call, ${decimals(ours.collectionsPerMillion, 1)} collections per million calls`,
          met: ours.bytesPerCall < NOTHING_BYTES && ours.collectionsPerMillion === 0,
        },
      ],
      chart: {
        title: 'Memory allocated by recording one inference',
        subtitle: 'bytes per call; shorter is better',
        bars: rows.map((row) => ({
          label: libraryNames[row.library],
          value: row.bytesPerCall,
          text: bytes(row.bytesPerCall),
          highlighted: row.library.startsWith('inferometer'),
        })),
      },
    };
  },
};

async function measure(library: LibraryName, context: ScenarioContext): Promise<Allocation> {
  const { warmUpCalls, calls } = EFFORTS[context.effort];
  const process = startMeasuringProcess('allocation.ts', [library], context.nodeFlags);
  try {
    // Twice: what V8 learned in the first half it compiles in the second.
    await process.request<Allocation>({ calls: warmUpCalls });
    await process.request<Allocation>({ calls: warmUpCalls });
    return await process.request<Allocation>({ calls });
  } finally {
    await process.end();
  }
}
