import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';

/** An alert as Alertmanager told a receiver of it. */
export interface ToldAlert {
  readonly receiver: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Takes Alertmanager's webhooks. */
export interface WebhookReceiver {
  readonly url: string;
  readonly told: readonly ToldAlert[];
  close(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const told: ToldAlert[] = [];
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { alerts } = JSON.parse(await readText(request)) as {
      readonly alerts: readonly Omit<ToldAlert, 'receiver'>[];
    };
    const receiver = (request.url ?? '').slice(1);
    for (const { status, labels, annotations } of alerts) {
      told.push({ receiver, status, labels, annotations });
    }
    response.end();
  };
  const server = createServer((request, response) => void take(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    told,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
