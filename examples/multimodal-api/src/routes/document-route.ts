import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import type { Observability } from '../instrumentation.ts';
import type { DocumentModel } from '../models/document-model.ts';
import { MAX_BATCH, MAX_TEXT_LENGTH, requestIdSchema } from './limits.ts';
import { describeOutcome } from './outcome.ts';

interface DocumentBody {
  readonly text?: string;
  readonly texts?: readonly string[];
  readonly requestId?: string;
}

const textSchema = { type: 'string', minLength: 1, maxLength: MAX_TEXT_LENGTH };
const bodySchema = {
  type: 'object',
  properties: {
    text: textSchema,
    texts: { type: 'array', items: textSchema, minItems: 1, maxItems: MAX_BATCH },
    requestId: requestIdSchema,
  },
  oneOf: [
    { type: 'object', required: ['text'] },
    { type: 'object', required: ['texts'] },
  ],
  additionalProperties: false,
};

/** `POST /v1/documents`: timed by hand, because its phases are of interest. */
export function addDocumentRoute(
  app: FastifyInstance,
  model: DocumentModel,
  observability: Pick<Observability, 'startInference'>,
): void {
  const options = { schema: { body: bodySchema }, config: { modelType: 'document' } };
  app.post<{ Body: DocumentBody }>('/v1/documents', options, async ({ body }) => {
    const requestId = body.requestId ?? randomUUID();
    const texts = body.texts ?? [body.text ?? ''];
    const timer = observability.startInference('document');
    try {
      timer.phase('preprocess');
      const features = model.preprocess(texts);
      timer.phase('inference');
      const probabilities = await model.infer(features);
      timer.phase('postprocess');
      const predictions = model.postprocess(probabilities);
      timer.end({ ...describeOutcome(predictions, requestId), ...describeText(texts) });
      const answers = predictions.map(({ predictedClass, confidence }) => ({ topic: predictedClass, confidence }));
      return { predictions: answers, requestId };
    } catch (error) {
      timer.fail(error);
      throw error;
    }
  });
}

/** A batch has no length of its own: the mean of several is less spread than one, and would look like drift. */
function describeText(texts: readonly string[]): { features?: { text_length: number } } {
  const [only] = texts;
  return only === undefined || texts.length > 1 ? {} : { features: { text_length: only.length } };
}
