/** A series with its values over time, oldest first. */
export interface TimedSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly points: readonly (readonly [timeSeconds: number, value: number])[];
}

/** The time that a picture shows. */
export interface ShownTime {
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly stepSeconds: number;
}

interface Answer {
  readonly error?: string;
  readonly data?: {
    readonly result: readonly {
      readonly metric: Record<string, string>;
      readonly values?: readonly (readonly [number, string])[];
      readonly value?: readonly [number, string];
    }[];
  };
}

/** Asks a Prometheus, for the shown time or for its end alone. */
export async function askPrometheus(
  address: string,
  expression: string,
  { fromSeconds, toSeconds, stepSeconds }: ShownTime,
  isInstant: boolean,
): Promise<readonly TimedSeries[]> {
  const body = new URLSearchParams(
    isInstant
      ? { query: expression, time: `${toSeconds}` }
      : { query: expression, start: `${fromSeconds}`, end: `${toSeconds}`, step: `${stepSeconds}` },
  );
  const response = await fetch(new URL(isInstant ? '/api/v1/query' : '/api/v1/query_range', address), {
    method: 'POST',
    body,
  });
  const { error, data } = (await response.json()) as Answer;
  if (data === undefined) {
    throw new Error(`${error ?? response.status}: ${expression}`);
  }
  return data.result.map(({ metric, values, value }) => ({
    labels: metric,
    points: (values ?? (value === undefined ? [] : [value])).map(([time, text]) => [time, Number(text)] as const),
  }));
}
