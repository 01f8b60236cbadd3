import { ListenFailedError } from '../../errors/listen-failed-error.ts';
import { PortInUseError } from '../../errors/port-in-use-error.ts';

/** What `listen` fails with. */
export type ListenError = PortInUseError | ListenFailedError;

const SET_HOST = 'set options.prometheus.host or OTEL_EXPORTER_PROMETHEUS_HOST';
const SET_PORT = 'set options.prometheus.port or OTEL_EXPORTER_PROMETHEUS_PORT';

/** What a failed `listen` means to whoever chose the address. */
export function listenError(error: NodeJS.ErrnoException, host: string, port: number): ListenError {
  return error.code === 'EADDRINUSE'
    ? new PortInUseError(host, port, { cause: error })
    : new ListenFailedError(host, port, reasonOf(error), { cause: error });
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'EACCES':
      return `this process may not use that port, as is usual below 1024; ${SET_PORT} to a higher one`;
    case 'EADDRNOTAVAIL':
      return `this machine has no such address; ${SET_HOST} to one that it has, or to 0.0.0.0 for all`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name of the host cannot be resolved; ${SET_HOST} to an address of this machine`;
    case 'EAFNOSUPPORT':
      return `this machine has no addresses of that kind; ${SET_HOST} to 0.0.0.0`;
    default:
      return `${error.message}; ${SET_HOST} or ${SET_PORT.slice('set '.length)}`;
  }
}
