/** The oldest Node.js that OpenTelemetry's SDK and this package run on. */
const OLDEST_MAJOR = 22;
const OLDEST_MINOR = 15;

/** One sentence of what to do where this Node.js is too old; `undefined` where it is not. */
export function unsupportedRuntime(version: string = process.versions.node): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > OLDEST_MAJOR || (major === OLDEST_MAJOR && minor >= OLDEST_MINOR);
  return isNewEnough
    ? undefined
    : `Node.js ${version} is too old for @inferometer/observability, which needs ${OLDEST_MAJOR}.${OLDEST_MINOR} or later`;
}
