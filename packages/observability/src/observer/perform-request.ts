import type { ObserverRequest } from './observer-messages.ts';
import type { Observer } from './observer.ts';

/** Does what a message asks of an observer. */
export async function performRequest(
  observer: Omit<Observer, 'watchDrift'>,
  request: ObserverRequest,
): Promise<string | undefined> {
  switch (request.name) {
    case 'metricsText':
      return observer.metricsText();
    case 'flush':
      await observer.flush(request.timeoutMs);
      break;
    case 'shutdown':
      await observer.shutdown(request.timeoutMs);
      break;
    case 'startResources':
      await observer.startResources();
      break;
    case 'stopResources':
      await observer.stopResources();
  }
  return undefined;
}
