/** A batch is one run of the model, and nothing else is served meanwhile. */
export const MAX_BATCH = 64;

/** About ten pages; what makes a topic is said before. */
export const MAX_TEXT_LENGTH = 20_000;

export const requestIdSchema = { type: 'string', minLength: 1, maxLength: 100 } as const;
