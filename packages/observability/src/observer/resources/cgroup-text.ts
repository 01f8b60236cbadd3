/** A whole number that is not negative, as nearly every file of a cgroup holds; `undefined` for anything else. */
export function parseCount(text: string): number | undefined {
  const trimmed = text.trim();
  return /^\d{1,20}$/.test(trimmed) ? Number(trimmed) : undefined;
}

/** A limit of cgroup v2: a number, or `Infinity` for `max`. */
export function parseLimit(text: string): number | undefined {
  return text.trim() === 'max' ? Infinity : parseCount(text);
}

/** `cpu.max` of cgroup v2, `<quota|max> <period>` in microseconds: how many cores it grants, `Infinity` for `max`. */
export function parseCpuMax(text: string): number | undefined {
  const [quota = '', period = '', ...rest] = text.trim().split(/\s+/);
  if (rest.length > 0) {
    return undefined;
  }
  return quota === 'max' ? Infinity : coresOf(parseCount(quota), parseCount(period));
}

/** A quota of cgroup v1 in microseconds, `Infinity` for -1. */
export function parseQuota(text: string): number | undefined {
  return text.trim() === '-1' ? Infinity : parseCount(text);
}

/** Cores that a quota grants; `undefined` where either is unknown or 0, which the kernel does not allow. */
export function coresOf(quota: number | undefined, period: number | undefined): number | undefined {
  if (quota === Infinity) {
    return Infinity;
  }
  return quota && period ? quota / period : undefined;
}

/** Lines of `name number`, as in `memory.stat` and `cpu.stat`; a line of another form is skipped. */
export function parseStatistics(text: string): ReadonlyMap<string, number> | undefined {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^(\S+)\s+(\d{1,20})$/.exec(line.trimEnd());
    if (match?.[1] !== undefined) {
      values.set(match[1], Number(match[2]));
    }
  }
  return values.size > 0 ? values : undefined;
}

/** How many processors a list such as `0-3,8` names; `Infinity` for an empty one, which means "not restricted". */
export function parseCpuList(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') {
    return Infinity;
  }
  let count = 0;
  for (const range of trimmed.split(',')) {
    const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(range);
    const first = Number(match?.[1]);
    const last = Number(match?.[2] ?? match?.[1]);
    if (match === null || last < first) {
      return undefined;
    }
    count += last - first + 1;
  }
  return count;
}
