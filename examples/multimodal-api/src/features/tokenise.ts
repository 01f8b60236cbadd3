const COMBINING_MARKS = /[\u0300-\u036f]/g;
const TOKEN = /[a-z0-9]+/g;

/**
 * Splits a text into lower-case words without accents and without `stopWords`.
 *
 * Must agree with `tokenise` in training/feature_hashing.py, or the model sees words that it was not trained on.
 * Scripts other than Latin give no tokens.
 */
export function tokenise(text: string, stopWords: ReadonlySet<string>): string[] {
  const folded = text.normalize('NFKD').replaceAll(COMBINING_MARKS, '').toLowerCase();
  return (folded.match(TOKEN) ?? []).filter((token) => !stopWords.has(token));
}
