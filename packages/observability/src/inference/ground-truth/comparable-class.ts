import { labelText, MAX_LABEL_LENGTH, textOf } from '../label-text.ts';

/**
 * A class as a text to compare: the number 3 and the text `3` are one class. It is the class's label, and where that
 * had to be cut, a hash of the whole with it: two classes may differ after 256 characters. So it stays short, and few
 * bytes are kept of a prediction, whatever its class is.
 *
 * @returns undefined for what is no class
 */
export function comparableClass(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || text === '') {
    return undefined;
  }
  const label = labelText(text);
  // With its digest it is longer than any label, and so none that another class has as its own.
  return text.length <= MAX_LABEL_LENGTH ? label : label + digest(text);
}

/** Loaded when first needed: the cryptography takes some milliseconds, and a start needs none. */
function digest(text: string): string {
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(text).digest('base64');
}
