import type { Holdout } from '../replay/holdout.ts';
import { MAX_PIXEL } from '../models/image-model.ts';

/** Documents of these topics become five times as frequent, as in the week of an election and a final. */
const CROWDED_TOPICS: ReadonlySet<string> = new Set(['politics', 'sports']);
const CROWD = 5;

/**
 * The held-out items as they might come when the world has changed: digits under noise, as of a scanner that fails, and
 * another mix of topics. The true labels stay what they are.
 */
export function driftedHoldout({ documents, images }: Holdout, random: () => number): Holdout {
  return {
    documents: documents.flatMap((document) =>
      Array.from({ length: CROWDED_TOPICS.has(document.topic) ? CROWD : 1 }, () => document),
    ),
    images: images.map(({ pixels, digit }) => ({ pixels: pixels.map((pixel) => noisy(pixel, random)), digit })),
  };
}

/** Up to a whole pixel's range brighter or darker. */
function noisy(pixel: number, random: () => number): number {
  const noise = (2 * random() - 1) * MAX_PIXEL;
  return Math.min(MAX_PIXEL, Math.max(0, Math.round(pixel + noise)));
}
