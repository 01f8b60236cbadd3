/** What is chosen in a dashboard's variables; what is left out is All. */
export interface Choice {
  readonly job?: string;
  readonly instance?: string;
  readonly model?: string;
  readonly version?: string;
}

export interface Windows {
  /** For `$__rate_interval`. */
  readonly rate: string;
  /** For `$__range`. */
  readonly range: string;
}

const ALL: Required<Choice> = { job: '.+', instance: '.+', model: '.*', version: '.*' };

/** The query that Grafana would send. */
export function resolveQuery(expression: string, { rate, range }: Windows, choice: Choice = {}): string {
  const values: Readonly<Record<string, string>> = { ...ALL, ...choice, __rate_interval: rate, __range: range };
  return expression.replaceAll(/\$([a-z_]+)/g, (whole, name: string) => values[name] ?? whole);
}

/** A selector of series as it stands in a query. */
export interface QuerySelector {
  readonly metric: string;
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[];
}

const SELECTOR = /([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^}]*)\}/g;
const MATCHER = /([a-zA-Z_][a-zA-Z0-9_]*)(=~|!~|!=|=)"([^"]*)"/g;

/** Each selector of a query. Queries of the dashboards always write the braces. */
export function selectorsOf(expression: string): readonly QuerySelector[] {
  return [...expression.matchAll(SELECTOR)].map(([, metric = '', matchers = '']) => ({
    metric,
    matchers: [...matchers.matchAll(MATCHER)].map(([, label = '', operator = '', value = '']) => ({
      label,
      operator,
      value,
    })),
  }));
}
