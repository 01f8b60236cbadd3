import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Observability } from '../instrumentation.ts';
import { MAX_PIXEL, PIXELS_PER_IMAGE } from '../models/image-model.ts';
import type { ImageModel } from '../models/image-model.ts';
import { MAX_BATCH, requestIdSchema } from './limits.ts';
import { describeOutcome } from './outcome.ts';

type Image = readonly number[];

interface ImageBody {
  readonly pixels?: Image;
  readonly images?: readonly Image[];
  readonly requestId?: string;
}

const imageSchema = {
  type: 'array',
  items: { type: 'number', minimum: 0, maximum: MAX_PIXEL },
  minItems: PIXELS_PER_IMAGE,
  maxItems: PIXELS_PER_IMAGE,
};
const bodySchema = {
  type: 'object',
  properties: {
    pixels: imageSchema,
    images: { type: 'array', items: imageSchema, minItems: 1, maxItems: MAX_BATCH },
    requestId: requestIdSchema,
  },
  oneOf: [
    { type: 'object', required: ['pixels'] },
    { type: 'object', required: ['images'] },
  ],
  additionalProperties: false,
};

/** `POST /v1/images`: the model's function is wrapped once, and every call of it is recorded. */
export function addImageRoute(
  app: FastifyInstance,
  model: ImageModel,
  observability: Pick<Observability, 'instrument'>,
): void {
  const classify = observability.instrument(
    'image',
    (images: readonly Image[], _requestId: string) => model.classify(images),
    { extract: (predictions, [, requestId]) => describeOutcome(predictions, requestId) },
  );

  const options = { schema: { body: bodySchema }, config: { modelType: 'image' } };
  app.post<{ Body: ImageBody }>('/v1/images', options, async ({ body }) => {
    const requestId = body.requestId ?? randomUUID();
    const predictions = await classify(body.images ?? [body.pixels ?? []], requestId);
    const answers = predictions.map(({ predictedClass, confidence }) => ({ digit: predictedClass, confidence }));
    return { predictions: answers, requestId };
  });
}
