/** A detector of others, for comparison only: told one value after the other, it says when it sees a change. */
export interface PeerDetector {
  /** @returns whether a change is seen with this value */
  update(value: number): boolean;
}
