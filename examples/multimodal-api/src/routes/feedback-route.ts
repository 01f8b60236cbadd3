import type { FastifyInstance } from 'fastify';
import type { Observability } from '../instrumentation.ts';
import { documentClasses, imageClasses } from '../models/model-files.ts';
import { requestIdSchema } from './limits.ts';

type FeedbackBody =
  | { readonly requestId: string; readonly actualClass: string }
  | { readonly modelType: 'document' | 'image'; readonly predictedClass: string; readonly actualClass: string };

const classSchema = { type: 'string', enum: [...documentClasses, ...imageClasses] };
const bodySchema = {
  type: 'object',
  properties: {
    requestId: requestIdSchema,
    modelType: { type: 'string', enum: ['document', 'image'] },
    predictedClass: classSchema,
    actualClass: classSchema,
  },
  required: ['actualClass'],
  oneOf: [
    { type: 'object', required: ['requestId'] },
    { type: 'object', required: ['modelType', 'predictedClass'] },
  ],
  additionalProperties: false,
};

/** `POST /v1/feedback`: what a document or digit truly was, by the id of its request or by what was predicted. */
export function addFeedbackRoute(app: FastifyInstance, observability: Pick<Observability, 'recordGroundTruth'>): void {
  app.post<{ Body: FeedbackBody }>('/v1/feedback', { schema: { body: bodySchema } }, async ({ body }, reply) => {
    if ('requestId' in body) observability.recordGroundTruth(body.requestId, body.actualClass);
    else observability.recordGroundTruth(body);
    // Accepted, no more: an id may have been forgotten by now, and the metrics say so.
    return reply.code(202).send({ accepted: true });
  });
}
