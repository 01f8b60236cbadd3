/** A metric in an expression, with the labels that its matchers name. */
export interface NamedMetric {
  readonly name: string;
  readonly matchedLabels: readonly string[];
}

/** What an expression calls by name. */
export interface PromqlNames {
  readonly metrics: readonly NamedMetric[];
  /** Labels of `by`, `without`, `on`, `ignoring`, `group_left` and `group_right`. */
  readonly groupingLabels: readonly string[];
}

const GROUPING: ReadonlySet<string> = new Set(['by', 'without', 'on', 'ignoring', 'group_left', 'group_right']);

const WORDS: ReadonlySet<string> = new Set(['and', 'or', 'unless', 'bool', 'offset', 'atan2', 'inf', 'nan']);

const TOKEN = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`|\[[^\]]*\]|[a-zA-Z_:][a-zA-Z0-9_:]*|[0-9][0-9a-zA-Z_.]*|\S/g;

/**
 * The names in a PromQL expression that Prometheus accepts; it is no check of the grammar, which promtool does.
 *
 * @throws Error for a selector without a metric name, which nothing could be compared with
 */
export function promqlNames(expression: string): PromqlNames {
  const tokens: readonly string[] = expression.replaceAll(/#.*$/gm, '').match(TOKEN) ?? [];
  const metrics: NamedMetric[] = [];
  const groupingLabels: string[] = [];
  for (let place = 0; place < tokens.length; place += 1) {
    const token = tokens[place] ?? '';
    const following = tokens[place + 1];
    const word = token.toLowerCase();
    if (token === '{') {
      throw new Error(`a selector in ${expression} has no metric name`);
    }
    if (!/^[a-zA-Z_:]/.test(token) || WORDS.has(word)) {
      continue;
    }
    if (GROUPING.has(word)) {
      if (following === '(') {
        const end = tokens.indexOf(')', place);
        groupingLabels.push(...tokens.slice(place + 2, end).filter((label) => label !== ','));
        place = end;
      }
    } else if (following === '{') {
      const end = tokens.indexOf('}', place);
      metrics.push({ name: token, matchedLabels: labelsOf(tokens.slice(place + 2, end)) });
      place = end;
    } else if (following !== '(' && !(following !== undefined && GROUPING.has(following.toLowerCase()))) {
      metrics.push({ name: token, matchedLabels: [] });
    }
  }
  return { metrics, groupingLabels };
}

/** Names of the matchers between braces, where a name is followed by an operator. */
function labelsOf(tokens: readonly string[]): string[] {
  return tokens.filter((token, place) => /^[a-zA-Z_]/.test(token) && /^[=!]/.test(tokens[place + 1] ?? ''));
}
