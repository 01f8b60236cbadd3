/** Labels are cut there too, so a category and its series stay the same. */
const MAX_CATEGORY_LENGTH = 256;

/** The name of a category: `3`, `'3'` are one, long texts are cut. Undefined where the value names nothing: it is missing. */
export function categoryText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value === '' ? undefined : value.slice(0, MAX_CATEGORY_LENGTH);
    case 'number':
      return Number.isNaN(value) ? undefined : String(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return undefined;
  }
}
