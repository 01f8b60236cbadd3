/** What the dashboards hold a model to. The alert rules have the same numbers. */
export const serviceLevel = {
  /** Share of requests that may fail. */
  errorBudget: 0.01,
  /** Share of successful inferences that may be slower than the threshold. */
  latencyBudget: 0.05,
  /** In seconds; an edge of the latency histogram's default buckets, or there would be nothing to count. */
  latencyThresholdSeconds: 0.6,
  /** Failures that are the client's own doing: such a request counts neither as good nor as bad. */
  clientErrorCodes: ['invalid_input', 'aborted'],
} as const;

/** Times as fast as the budget allows: two days of a month's budget in an hour wakes somebody, once a budget does not. */
export const burnRates = { page: 14.4, ticket: 6, spent: 1 } as const;
