import type { Agent as HttpAgent, AgentOptions as HttpAgentOptions } from 'node:http';
import type { AgentOptions as HttpsAgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';

/** Connections to the collector that keep no process alive and can be cut. */
export interface ExportConnections {
  /** An agent for `http:` or `https:`. */
  readonly agentFor: (protocol: string) => Promise<HttpAgent>;
  /** Cuts every connection, whatever is on it; later ones are not affected. */
  readonly cut: () => void;
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
  return {
    async agentFor(protocol: string): Promise<HttpAgent> {
      const agent = agents.get(protocol) ?? (await createAgent(protocol, tls));
      agents.set(protocol, agent);
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
