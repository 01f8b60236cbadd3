/** Milliseconds on a clock that never goes back and that is the same in all threads of the process. */
export function processTimeMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
