import { BroadcastChannel, type MessagePort, type Worker } from 'node:worker_threads';
import type { AnnouncementLog } from '../store/announcement-log.ts';
import type { WriterAnnouncement } from '../store/announcements.ts';
import { writerOfThread } from './writer-numbers.ts';

/** The owner's view of the worker threads that count into its series. */
export interface ThreadMembers {
  close(): void;
}

/** What a worker thread sends to the owner: one end of a port whose closing tells that the thread has ended. */
export interface JoinMessage {
  readonly inferometer: 'join';
  readonly channel: string;
  readonly writer: number;
  readonly port: MessagePort;
}

/** An ended thread's announcements may still be on their way; they were sent before it ended, so a turn or two will do. */
const FOLD_DELAY_MS = 500;

export function createThreadMembers(channelName: string, log: AnnouncementLog): ThreadMembers {
  const channel = new BroadcastChannel(channelName);
  channel.onmessage = (event): void => {
    log.record((event as { data: WriterAnnouncement }).data);
  };
  channel.unref();
  const retireSoon = (writer: number): void => {
    setTimeout(() => log.retire(writer), FOLD_DELAY_MS).unref();
  };
  // A thread that ends while this one is blocked never joins: its message is lost with it. The threads that this one
  // has started itself are seen here as well; the ports are for the threads that other threads start.
  const onWorker = (worker: Worker): void => {
    const writer = writerOfThread(worker.threadId);
    worker.once('exit', () => retireSoon(writer));
  };
  process.on('worker', onWorker);
  const ports = new Set<MessagePort>();
  const onWorkerMessage = (message: unknown): void => {
    if (!isJoin(message) || message.channel !== channelName) {
      return;
    }
    const { port, writer } = message;
    ports.add(port);
    port.on('close', () => {
      ports.delete(port);
      retireSoon(writer);
    });
    port.unref();
  };
  process.on('workerMessage', onWorkerMessage);
  return {
    close: (): void => {
      process.off('workerMessage', onWorkerMessage);
      process.off('worker', onWorker);
      channel.close();
      for (const port of ports) {
        port.removeAllListeners('close');
        port.close();
      }
    },
  };
}

function isJoin(message: unknown): message is JoinMessage {
  return typeof message === 'object' && message !== null && (message as JoinMessage).inferometer === 'join';
}
