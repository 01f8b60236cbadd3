/** One element of a header such as `Accept`: a value, its parameters, and how much it is wanted. */
export interface HeaderElement {
  /** In lower case, e.g. `text/plain`. */
  readonly value: string;
  /** Names in lower case, values without quotes; `q` is not among them. */
  readonly parameters: ReadonlyMap<string, string>;
  /** 0 to 1; 0 means "not this". */
  readonly quality: number;
}

/** Longer than any scraper's header; what stands behind is not read, so that no header costs more than a scrape. */
const MAX_HEADER_LENGTH = 2048;

/**
 * The elements of a list header of RFC 9110, most wanted first; those that are wanted alike stay in their order. What is
 * malformed is taken for as much as can be read of it.
 */
export function headerElements(header: string | undefined): readonly HeaderElement[] {
  if (header === undefined || header.trim() === '') {
    return [];
  }
  return header
    .slice(0, MAX_HEADER_LENGTH)
    .split(',')
    .map(headerElement)
    .filter(({ value }) => value !== '')
    .toSorted((left, right) => right.quality - left.quality);
}

function headerElement(text: string): HeaderElement {
  const [value = '', ...rest] = text.split(';');
  const parameters = new Map<string, string>();
  for (const parameter of rest) {
    const [name = '', ...words] = parameter.split('=');
    parameters.set(
      name.trim().toLowerCase(),
      words
        .join('=')
        .trim()
        .replace(/^"(.*)"$/, '$1'),
    );
  }
  const quality = qualityOf(parameters.get('q'));
  parameters.delete('q');
  return { value: value.trim().toLowerCase(), parameters, quality };
}

function qualityOf(text: string | undefined): number {
  const quality = Number(text ?? 1);
  return text === '' || !(quality >= 0) ? 1 : Math.min(1, quality);
}
