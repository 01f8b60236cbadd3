import type { ScopeMetrics } from '@opentelemetry/sdk-metrics';

/**
 * Far more scopes than an application has; where a producer makes up names without end, the order starts anew instead
 * of growing for ever.
 */
const MAX_SCOPES = 10_000;

/**
 * Puts scopes in the order in which they were first seen. The SDK tells them in the order in which their callbacks
 * end, which changes from one collection to the next; where two scopes tell one series and the first wins, its value
 * would jump between the two.
 */
export function createScopeOrder(): (scopeMetrics: readonly ScopeMetrics[]) => readonly ScopeMetrics[] {
  const ranks = new Map<string, number>();
  const rankOf = ({ scope }: ScopeMetrics): number => {
    const key = JSON.stringify([scope.name, scope.version, scope.schemaUrl]);
    const rank = ranks.get(key) ?? ranks.size;
    ranks.set(key, rank);
    return rank;
  };
  return (scopeMetrics) => {
    if (ranks.size > MAX_SCOPES) {
      ranks.clear();
    }
    return scopeMetrics
      .map((metrics) => ({ metrics, rank: rankOf(metrics) }))
      .sort((left, right) => left.rank - right.rank)
      .map(({ metrics }) => metrics);
  };
}
