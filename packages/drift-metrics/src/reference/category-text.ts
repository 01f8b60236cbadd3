/** Labels are cut there too, so a category and its series stay the same. */
const MAX_CATEGORY_LENGTH = 256;

/** The name of a category: `3`, `'3'` are one, long texts are cut. Undefined where the value names nothing: it is missing. */
export function categoryText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return value === '' ? undefined : labelled(value);
    case 'number':
      return Number.isNaN(value) ? undefined : String(value);
    case 'boolean':
    case 'bigint':
      return String(value);
    default:
      return undefined;
  }
}

/** As labels have it: valid Unicode, and no half of a pair at the cut. */
function labelled(text: string): string {
  if (text.length <= MAX_CATEGORY_LENGTH) {
    return text.toWellFormed();
  }
  const cut = text.slice(0, MAX_CATEGORY_LENGTH);
  const last = cut.charCodeAt(MAX_CATEGORY_LENGTH - 1);
  return (last >= 0xd800 && last <= 0xdbff ? cut.slice(0, -1) : cut).toWellFormed();
}
