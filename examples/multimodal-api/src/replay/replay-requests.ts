import type { Holdout } from './holdout.ts';

export interface Answer {
  readonly requestId: string;
  readonly predictions: readonly { readonly topic?: string; readonly digit?: string }[];
}

/** A request, and what is known afterwards about its answer. */
export interface ReplayRequest {
  readonly path: string;
  readonly body: unknown;
  /** Bodies for `/v1/feedback`. */
  readonly feedback: (answer: Answer) => readonly unknown[];
}

/** Shares of all requests. Enough that every series moves, not so much that it looks like an outage. */
const BATCH_SHARE = 0.15;
const INVALID_SHARE = 0.02;
const MAX_BATCH = 8;

/** Requests without end: both models in turn, single and in batches, now and then one that is wrong. */
export function* replayRequests({ documents, images }: Holdout, random: () => number): Generator<ReplayRequest, never> {
  const nextDocuments = dealer(documents, random);
  const nextImages = dealer(images, random);
  for (;;) {
    const isDocument = random() < 0.5;
    if (random() < INVALID_SHARE) yield invalidRequest(isDocument);
    const count = random() < BATCH_SHARE ? 2 + Math.floor(random() * (MAX_BATCH - 1)) : 1;
    yield isDocument ? documentRequest(nextDocuments(count)) : imageRequest(nextImages(count));
  }
}

function documentRequest(documents: Holdout['documents']): ReplayRequest {
  const [only] = documents;
  return {
    path: '/v1/documents',
    body: documents.length === 1 ? { text: only?.text } : { texts: documents.map(({ text }) => text) },
    feedback: (answer) =>
      describeFeedback(
        'document',
        documents.map(({ topic }) => topic),
        answer,
      ),
  };
}

function imageRequest(images: Holdout['images']): ReplayRequest {
  const [only] = images;
  return {
    path: '/v1/images',
    body: images.length === 1 ? { pixels: only?.pixels } : { images: images.map(({ pixels }) => pixels) },
    feedback: (answer) =>
      describeFeedback(
        'image',
        images.map(({ digit }) => digit),
        answer,
      ),
  };
}

function describeFeedback(modelType: string, actualClasses: readonly string[], answer: Answer): unknown[] {
  const [only] = actualClasses;
  if (actualClasses.length === 1) return [{ requestId: answer.requestId, actualClass: only }];
  return answer.predictions.map(({ topic, digit }, index) => ({
    modelType,
    predictedClass: topic ?? digit,
    actualClass: actualClasses[index],
  }));
}

function invalidRequest(isDocument: boolean): ReplayRequest {
  return isDocument
    ? { path: '/v1/documents', body: { text: '' }, feedback: () => [] }
    : { path: '/v1/images', body: { pixels: [] }, feedback: () => [] };
}

/** Deals `count` items at a time, all of them in random order before any comes again. */
function dealer<Item>(items: readonly Item[], random: () => number): (count: number) => Item[] {
  let pile: Item[] = [];
  return (count) => {
    if (pile.length < count) pile = [...shuffle(items, random), ...pile];
    return pile.splice(-count);
  };
}

/** Fisher-Yates. */
function shuffle<Item>(items: readonly Item[], random: () => number): Item[] {
  const shuffled = [...items];
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [shuffled[last], shuffled[other]] = [shuffled[other] as Item, shuffled[last] as Item];
  }
  return shuffled;
}
