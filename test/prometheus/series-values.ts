/** What a series does for some minutes. */
export type Phase = readonly [value: number | 'absent', minutes: number];

/** A gauge, a value a minute, as promtool reads it. */
export function gauge(...phases: readonly Phase[]): string {
  return phases
    .flatMap(([value, minutes]) => {
      const values: string[] = Array.from({ length: minutes }, () => (value === 'absent' ? '_' : String(value)));
      if (value === 'absent') {
        // Prometheus marks a series that ends; without the mark it would be seen for five minutes more.
        values[0] = 'stale';
      }
      return values;
    })
    .join(' ');
}

/** A counter that starts at 0 and grows by so much a minute. */
export function counter(...phases: readonly Phase[]): string {
  let total = 0;
  return phases
    .flatMap(([perMinute, minutes]) =>
      Array.from({ length: minutes }, () => {
        if (perMinute === 'absent') {
          total = 0;
          return '_';
        }
        total += perMinute;
        return String(total);
      }),
    )
    .join(' ');
}

/** A counter of a process that starts anew every so many minutes. */
export function restarting(everyMinutes: number, minutes: number): string {
  return Array.from({ length: minutes }, (_, minute) => String(60 * (1 + (minute % everyMinutes)))).join(' ');
}
