/** Every combination of values of so many labels; `[2, 3]` are six sets of two labels. */
export function labelSets(valuesPerLabel: readonly number[]): readonly Readonly<Record<string, string>>[] {
  let sets: readonly Readonly<Record<string, string>>[] = [{}];
  for (const [label, values] of valuesPerLabel.entries()) {
    sets = sets.flatMap((set) =>
      Array.from({ length: values }, (_, value) => ({ ...set, [`label${label}`]: `value${value}` })),
    );
  }
  return sets;
}

export function labelNames(valuesPerLabel: readonly number[]): readonly string[] {
  return valuesPerLabel.map((_, label) => `label${label}`);
}
