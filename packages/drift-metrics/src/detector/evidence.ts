/**
 * Evidence that the panes since some pane do not come from the reference: an e-value, whose mean is at most 1 where
 * nothing has changed. Panes are added one after the other, from any pane on, in any order.
 */
export interface Evidence {
  /** Forgets all panes. */
  reset(): void;
  /** Adds the counts at `offset` of `numbers`. */
  add(numbers: Float64Array, offset: number): void;
  /** The logarithm of the e-value of all panes that were added since `reset`. */
  logValue(): number;
  /** A number that `logValue` cannot be above, in a fraction of its time; infinity where there is none. */
  logBound(): number;
  /** How many counts a pane has. */
  readonly length: number;
}
