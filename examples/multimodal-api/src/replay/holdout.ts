import { readFile } from 'node:fs/promises';

export interface LabelledDocument {
  readonly text: string;
  readonly topic: string;
}

export interface LabelledImage {
  readonly pixels: readonly number[];
  readonly digit: string;
}

/** Items with true labels that neither model was trained on. */
export interface Holdout {
  readonly documents: readonly LabelledDocument[];
  readonly images: readonly LabelledImage[];
}

export async function readHoldout(): Promise<Holdout> {
  const [documents, images] = await Promise.all([
    readLines<LabelledDocument>('document.holdout.jsonl'),
    readLines<LabelledImage>('image.holdout.jsonl'),
  ]);
  return { documents, images };
}

async function readLines<Item>(name: string): Promise<Item[]> {
  const text = await readFile(new URL(`../../data/${name}`, import.meta.url), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Item);
}
