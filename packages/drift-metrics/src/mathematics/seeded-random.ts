/** Numbers from 0 (inclusive) to 1 (exclusive). */
export type RandomNumber = () => number;

/**
 * A small generator whose stream is fixed by its seed, so that the same file gives the same profile and a simulation can
 * be repeated. Not for secrets. Source: sfc32 by C. Doty-Humphrey (PractRand).
 *
 * @param seed any 32-bit integer
 */
export function createSeededRandom(seed: number): RandomNumber {
  let a = 0;
  let b = seed | 0;
  let c = Math.imul(seed, 0x9e37_79b1) | 0;
  let counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return sum >>> 0;
  };
  // The first outputs still resemble the seed; the author of the generator discards 12.
  for (let round = 0; round < 12; round += 1) {
    next();
  }
  return () => (next() * 2 ** 21 + (next() >>> 11)) / 2 ** 53;
}
