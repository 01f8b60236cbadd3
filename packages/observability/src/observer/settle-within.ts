/** Settles with `work`, or with `undefined` after `timeoutMs`, whichever comes first. */
export async function settleWithin<Result>(work: Promise<Result>, timeoutMs: number): Promise<Result | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(resolve, timeoutMs, undefined);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
