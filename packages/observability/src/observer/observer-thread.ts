// The body of the observer's thread. It holds nothing of its own: what must outlive it is kept by the thread that
// started it, so that it can be ended and started anew at any time.
import { parentPort, workerData, BroadcastChannel } from 'node:worker_threads';
import type { Announcement } from '../store/announcements.ts';
import { processTimeMs } from '../store/process-time.ts';
import { createStoreReader } from '../store/store-reader.ts';
import { setStderrLogger } from '../diagnostics/stderr-logger.ts';
import { answerThreads } from '../threads/thread-invitation.ts';
import { watchHeap } from './heap-watch.ts';
import { createHeartbeats, HEARTBEAT_INTERVAL_MS } from './heartbeats.ts';
import type { MessageFromObserver, MessageToObserver, ObserverStart } from './observer-messages.ts';
import { createObserverPort } from './observer-port.ts';
import type { Observer } from './observer.ts';
import { startObserver } from './start-observer.ts';

/** The id of the main thread in every process. */
const MAIN_THREAD = 0;

if (parentPort !== null) {
  run(parentPort, (workerData as { start: ObserverStart }).start);
}

function run(port: NonNullable<typeof parentPort>, start: ObserverStart): void {
  const post = (message: MessageFromObserver): void => port.postMessage(message);
  post({ kind: 'loaded' });
  setStderrLogger(start.options.logLevel);
  const heartbeats = createHeartbeats(processTimeMs, start.heartbeats);
  heartbeats.beatObserver();
  setInterval(() => heartbeats.beatObserver(), HEARTBEAT_INTERVAL_MS);
  watchHeap();

  const reader = createStoreReader({ now: Date.now });
  const started = Promise.withResolvers<Observer>();
  const observerPort = createObserverPort({
    reader,
    observer: started.promise,
    post,
    onShutdown: () => port.close(),
  });
  port.on('message', (message: MessageToObserver) => observerPort.accept(message));
  // Worker threads announce here as well as to the owner, who may be blocked.
  const channel = new BroadcastChannel(start.invitation.channel);
  channel.onmessage = (event): void => reader.accept((event as { data: Announcement }).data);
  channel.unref();
  if (start.invitation.ownerThread === MAIN_THREAD) {
    answerThreads(start.invitation);
  }

  started.resolve(
    startObserver({
      options: start.options,
      writer: start.writer,
      reader,
      heartbeats,
      gpuCounters: start.gpuCounters,
      links: observerPort.links,
      resumedAtMs: start.resumedAtMs,
    }),
  );
  started.promise.then(
    () => post({ kind: 'ready' }),
    (error: unknown) => {
      // Thrown where nothing but the end of this thread can come of it: a process may be told to let rejections pass.
      process.nextTick(() => {
        throw error;
      });
    },
  );
}
