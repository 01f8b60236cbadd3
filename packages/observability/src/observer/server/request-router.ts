import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProblemLog } from '../problem-log.ts';
import { landingPage, type LandingInfo } from './landing-page.ts';
import { sendPlain, type PlainAnswer } from './plain-answer.ts';

/** Whether the observer works. */
export interface Health {
  /** One plain sentence of what does not work, for anybody to read; `undefined` while all does. */
  problem(): string | undefined;
}

/** Whether the main thread turns. */
export interface Liveness {
  /** How long the main thread has been blocked by now; 0 while it turns. */
  blockedSeconds(): number;
  /** From how long on `/livez` says that the process is dead; default 60. */
  readonly limitSeconds?: number;
}

/** What the routes answer from. */
export interface RouterOptions {
  /** Path of the metrics, with a leading slash and none at the end. */
  readonly endpoint: string;
  readonly metricsHandler: (request: IncomingMessage, response: ServerResponse) => void;
  readonly health: Health;
  readonly liveness: Liveness;
  readonly landing: LandingInfo;
  readonly log: ProblemLog;
}

/** Long enough for any inference that a service means to run, short enough to restart one that hangs. */
const DEFAULT_BLOCKED_LIMIT_SECONDS = 60;

/** A page without scripts, styles or frames needs no rights at all. */
const NO_RIGHTS = { 'content-security-policy': "default-src 'none'" };

const ALLOWED_METHODS = 'GET, HEAD';

/**
 * Answers the requests of the server: the metrics, `/healthz`, `/livez` and a page at `/`. A slash at the end and a
 * query are ignored; other methods than GET and HEAD get 405, other paths 404. It never throws and never shows a stack.
 */
export function createRequestRouter(
  options: RouterOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const answers = new Map<string, () => PlainAnswer>([
    [
      '/',
      () => ({
        statusCode: 200,
        text: landingPage(options.landing, options.endpoint),
        mediaType: 'text/html',
        headers: NO_RIGHTS,
      }),
    ],
    ['/healthz', () => healthAnswer(options.health)],
    ['/livez', () => livenessAnswer(options.liveness)],
  ]);
  // The configured endpoint wins, should it be one of these paths.
  answers.delete(options.endpoint);
  const notFound: PlainAnswer = {
    statusCode: 404,
    text: `Nothing is here; there are ${[options.endpoint, ...answers.keys()].join(', ')}.\n`,
  };

  const route = (request: IncomingMessage, response: ServerResponse): void => {
    const path = pathOf(request.url);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      // The body of such a request is of no interest: without a connection to keep, nothing has to read it to its end.
      const headers = { allow: ALLOWED_METHODS, connection: 'close' };
      sendPlain(response, { statusCode: 405, text: `Only ${ALLOWED_METHODS} are answered here.\n`, headers });
    } else if (path === undefined) {
      sendPlain(response, { statusCode: 400, text: 'The address of the request is malformed.\n' });
    } else if (hasSeveralHosts(request)) {
      const headers = { connection: 'close' };
      sendPlain(response, { statusCode: 400, text: 'The request names several hosts.\n', headers });
    } else if (path === options.endpoint) {
      options.metricsHandler(request, response);
    } else {
      sendPlain(response, answers.get(path)?.() ?? notFound);
    }
  };
  return (request, response) => {
    response.setHeader('x-content-type-options', 'nosniff');
    try {
      route(request, response);
    } catch (error) {
      options.log.report('request', `a request to the metrics endpoint failed: ${String(error)}`);
      sendPlain(response, { statusCode: 500, text: 'The request could not be answered; the log says why.\n' });
    }
  };
}

/** RFC 9112 has such a request refused: what stands in front of this server may have gone by another of them. */
function hasSeveralHosts({ rawHeaders }: IncomingMessage): boolean {
  let hosts = 0;
  for (let place = 0; place < rawHeaders.length; place += 2) {
    hosts += rawHeaders[place]!.toLowerCase() === 'host' ? 1 : 0;
  }
  return hosts > 1;
}

/** The path of a request's target without the query and a slash at the end; `undefined` for what is no address. */
export function pathOf(url: string | undefined): string | undefined {
  // The base only completes the path: the request says nothing of where it is.
  const base = 'http://localhost';
  // Two slashes at the start would be taken for a host.
  const target = url?.replace(/^\/+/, '/');
  if (target === undefined || !URL.canParse(target, base)) {
    return undefined;
  }
  const { pathname } = new URL(target, base);
  return pathname.length > 1 && pathname.endsWith('/') ? pathname.slice(0, -1) : pathname;
}

function healthAnswer(health: Health): PlainAnswer {
  const problem = health.problem();
  return problem === undefined ? { statusCode: 200, text: 'ok\n' } : { statusCode: 503, text: `${problem}\n` };
}

function livenessAnswer(liveness: Liveness): PlainAnswer {
  const seconds = liveness.blockedSeconds();
  return seconds >= (liveness.limitSeconds ?? DEFAULT_BLOCKED_LIMIT_SECONDS)
    ? { statusCode: 503, text: `The main thread has been blocked for ${Math.floor(seconds)} seconds.\n` }
    : { statusCode: 200, text: 'ok\n' };
}
