import type { Agent as HttpAgent, AgentOptions as HttpAgentOptions, ClientRequest } from 'node:http';
import type { AgentOptions as HttpsAgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';

/** Connections to the collector that keep no process alive and can be cut. */
export interface ExportConnections {
  /** An agent for `http:` or `https:`. */
  readonly agentFor: (protocol: string) => Promise<HttpAgent>;
  /** Cuts every connection, whatever is on it; later ones are not affected. */
  readonly cut: () => void;
  /** The answer to the latest request; `undefined` while there is none. */
  readonly lastAnswer: () => HttpAnswer | undefined;
}

/** How a collector answered a request. */
export interface HttpAnswer {
  readonly status: number;
  /** The phrase beside it, e.g. `Service Unavailable`. */
  readonly phrase: string;
}

/** Certificates and key for `https:`, as the agent takes them. */
export type TlsOptions = Pick<HttpsAgentOptions, 'ca' | 'cert' | 'key'>;

/**
 * A connection serves one export: at usual intervals the collector has closed a kept one in between, and to write into
 * a connection that is just being closed is a failed export.
 */
const agentOptions: HttpAgentOptions = { keepAlive: false };

export function createExportConnections(tls: TlsOptions): ExportConnections {
  const agents = new Map<string, HttpAgent>();
  let lastAnswer: HttpAnswer | undefined;
  return {
    lastAnswer: () => lastAnswer,
    async agentFor(protocol: string): Promise<HttpAgent> {
      let agent = agents.get(protocol);
      if (agent === undefined) {
        agent = await createAgent(protocol, tls);
        followAnswers(agent, (answer) => {
          lastAnswer = answer;
        });
        agents.set(protocol, agent);
      }
      return agent;
    },
    cut(): void {
      for (const agent of agents.values()) {
        agent.destroy();
      }
    },
  };
}

async function createAgent(protocol: string, tls: TlsOptions): Promise<HttpAgent> {
  const isSecure = protocol === 'https:';
  // Imported only now, so that an instrumentation of these modules in the same thread has come first.
  const { Agent } = isSecure ? await import('node:https') : await import('node:http');
  const agent: HttpAgent = new Agent(isSecure ? { ...agentOptions, ...tls } : agentOptions);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback): Duplex | null | undefined => {
    const socket = connect(options, callback);
    if (socket !== null && socket !== undefined && 'unref' in socket && typeof socket.unref === 'function') {
      socket.unref();
    }
    return socket;
  };
  return agent;
}

/** A phrase is the collector's own words, and a short one. */
const LONGEST_PHRASE = 60;

/**
 * The exporter does not say with which status it was refused where that asks for another attempt. Requests come to the
 * agent by a method that is in no document, though agents have overridden it for as long as there are any; where it is
 * missing, messages are without the status, and a test tells.
 */
function followAnswers(agent: HttpAgent, onAnswer: (answer: HttpAnswer | undefined) => void): void {
  const requesting = agent as Requesting;
  const addRequest = requesting.addRequest?.bind(agent);
  if (addRequest === undefined) {
    return;
  }
  requesting.addRequest = (request, ...others): void => {
    onAnswer(undefined);
    request.once('response', ({ statusCode = 0, statusMessage = '' }) => {
      onAnswer({ status: statusCode, phrase: statusMessage.slice(0, LONGEST_PHRASE) });
    });
    addRequest(request, ...others);
  };
}

interface Requesting {
  addRequest?: (request: ClientRequest, ...others: unknown[]) => void;
}
