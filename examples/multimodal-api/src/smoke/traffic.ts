import type { Holdout } from '../replay/holdout.ts';

export type ModelType = 'document' | 'image';

/** What was sent, as the service's answers tell it: the series must say the same. */
export interface Tally {
  /** Successful requests; a batch is one. */
  requests: number;
  rejected: number;
  batchSizes: number[];
  confidences: number[];
  predictedClasses: string[];
  correct: number;
  incorrect: number;
  /** Statuses other than those that were expected. */
  surprises: string[];
}

interface Answer {
  readonly requestId: string;
  readonly predictions: readonly { readonly topic?: string; readonly digit?: string; readonly confidence: number }[];
}

const SINGLES = 6;
const BATCH = 4;
const PATHS = { document: '/v1/documents', image: '/v1/images' } as const;

/** A fixed set of requests to both models, good and bad, with feedback right and wrong. */
export async function sendTraffic(
  serviceUrl: string,
  { documents, images }: Holdout,
): Promise<Record<ModelType, Tally>> {
  const texts = documents.map(({ text }) => text);
  const pixels = images.map((image) => image.pixels);
  return {
    document: await sendTo(serviceUrl, 'document', {
      singles: texts.slice(0, SINGLES).map((text) => ({ text })),
      batch: { texts: texts.slice(SINGLES, SINGLES + BATCH) },
      bad: ['{"text": "no end', '{}', '{"text": ""}'],
      batchIsCorrect: false,
      classes: ['sports', 'travel'],
    }),
    image: await sendTo(serviceUrl, 'image', {
      singles: pixels.slice(0, SINGLES).map((image) => ({ pixels: image })),
      batch: { images: pixels.slice(SINGLES, SINGLES + BATCH) },
      bad: ['{"pixels": [1, 2, 3]}', JSON.stringify({ pixels: Array.from({ length: 64 }, () => 17) })],
      batchIsCorrect: true,
      classes: ['1', '7'],
    }),
  };
}

interface Plan {
  readonly singles: readonly object[];
  readonly batch: object;
  readonly bad: readonly string[];
  /** What feedback says of the batch; different for the models, so that they cannot be mixed up. */
  readonly batchIsCorrect: boolean;
  /** Two classes, so that one of them is wrong whatever was predicted. */
  readonly classes: readonly [string, string];
}

async function sendTo(serviceUrl: string, modelType: ModelType, plan: Plan): Promise<Tally> {
  const tally: Tally = {
    requests: 0,
    rejected: 0,
    batchSizes: [],
    confidences: [],
    predictedClasses: [],
    correct: 0,
    incorrect: 0,
    surprises: [],
  };

  async function post(path: string, body: string, expected: number): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(serviceUrl + path, { method: 'POST', headers, body });
    if (response.status !== expected) tally.surprises.push(`${path}: ${response.status} instead of ${expected}`);
    return (await response.json()) as Answer;
  }

  async function ask(body: object): Promise<string[]> {
    const { predictions } = await post(PATHS[modelType], JSON.stringify(body), 200);
    const predicted = predictions.map(({ topic, digit }) => topic ?? digit ?? '');
    tally.requests += 1;
    tally.batchSizes.push(predictions.length);
    tally.confidences.push(...predictions.map(({ confidence }) => confidence));
    tally.predictedClasses.push(...predicted);
    return predicted;
  }

  async function tell(feedback: object, predicted: string, isCorrect: boolean): Promise<void> {
    const wrong = plan.classes.find((name) => name !== predicted);
    await post('/v1/feedback', JSON.stringify({ ...feedback, actualClass: isCorrect ? predicted : wrong }), 202);
    if (isCorrect) tally.correct += 1;
    else tally.incorrect += 1;
  }

  for (const [index, body] of plan.singles.entries()) {
    const requestId = `smoke-${modelType}-${index}`;
    const [predicted = ''] = await ask({ ...body, requestId });
    // By id; the first is wrong, the others are right.
    await tell({ requestId }, predicted, index > 0);
  }
  for (const predictedClass of await ask(plan.batch)) {
    // By what was predicted, since the predictions of a batch have no id of their own.
    await tell({ modelType, predictedClass }, predictedClass, plan.batchIsCorrect);
  }
  for (const body of plan.bad) {
    await post(PATHS[modelType], body, 400);
    tally.rejected += 1;
  }
  return tally;
}
