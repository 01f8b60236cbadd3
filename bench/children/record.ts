// Records as fast as one library can, in rounds. Arguments: the library.
import { answerRequests } from '../measure/child-process.ts';
import { requestsCounted, scrape } from '../measure/scrape.ts';
import { createLibrary } from '../peers/library.ts';
import { INFERENCES } from '../workload/inferences.ts';

/** `count` asks for what the library says that it has counted, through its endpoint; this is also the reader at work. */
export type RecordRequest = { readonly kind: 'record'; readonly calls: number } | { readonly kind: 'count' };

const library = await createLibrary(process.argv[2]!);
const { record } = library;
const url = await library.serve();

answerRequests(async (request: RecordRequest): Promise<number> => {
  if (request.kind === 'count') {
    return requestsCounted((await scrape(url)).body);
  }
  const start = threadNanoseconds();
  recordMany(request.calls);
  return threadNanoseconds() - start;
});

/** What this thread has computed so far: time that other processes take away, or threads of this one, is not in it. */
function threadNanoseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) * 1000;
}

function recordMany(calls: number): void {
  for (let call = 0; call < calls; call++) {
    record(call & (INFERENCES - 1));
  }
}
