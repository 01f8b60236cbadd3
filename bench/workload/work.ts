/** Keeps the calling thread busy for about `forMs`; returns how many inferences it recorded. */
export type Work = (forMs: number, record: (place: number) => void) => Promise<number>;
