/** slo.yml holds something that cannot become rules; the message says where, what, and what is allowed. */
export class SloError extends Error {
  constructor(place: string, received: unknown, allowed: string) {
    super(`slo.yml: ${place} must be ${allowed}, received ${JSON.stringify(received) ?? 'nothing'}.`);
    this.name = 'SloError';
  }
}
