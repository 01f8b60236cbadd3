/**
 * How much lower the accuracy of live predictions is than the reference's, as a share from -1 to 1; negative where it
 * rose. Only true labels tell it: an estimate is never mixed in.
 *
 * Formula: correct/labelled of the reference − correct/labelled of the window. Domain: counts; NaN where a side has none.
 *
 * @example `accuracyDrop({ labelled: 1000, correct: 900 }, { labelled: 100, correct: 80 })` is 0.1
 */
export function accuracyDrop(
  reference: { readonly labelled: number; readonly correct: number },
  live: { readonly labelled: number; readonly correct: number },
): number {
  return reference.correct / reference.labelled - live.correct / live.labelled;
}
