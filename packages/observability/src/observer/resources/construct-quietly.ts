// Where every copy of @opentelemetry/api, whichever its minor version, looks up the logger.
const GLOBAL_API: unique symbol = Symbol.for('opentelemetry.js.api.1') as never;

interface GlobalApi {
  [GLOBAL_API]?: { diag?: unknown } | undefined;
}

/**
 * Calls `construct` without a diagnostics logger, and puts the logger back. For a constructor that warns of something
 * the user of this package can do nothing about. Nothing else can log in between, for `construct` is synchronous;
 * with an API that keeps its logger elsewhere the warning is merely seen.
 */
export function constructQuietly<Instance>(construct: () => Instance): Instance {
  // The API has a way to take its logger off, but none to ask for the one that is there.
  const api = (globalThis as GlobalApi)[GLOBAL_API];
  if (api?.diag === undefined) {
    return construct();
  }
  const logger = api.diag;
  delete api.diag;
  try {
    return construct();
  } finally {
    api.diag = logger;
  }
}
