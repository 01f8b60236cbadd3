import type { FastifyError, FastifyInstance } from 'fastify';
import type { Observability } from '../instrumentation.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The model that a route serves; a bad request to it counts as a failed inference. */
    readonly modelType?: string;
  }
}

/** Nothing of the request is repeated: parsers like to quote what they could not read. */
const MESSAGES: Readonly<Record<number, string>> = {
  400: 'the body must be valid JSON',
  413: 'the body is too large',
  415: 'the content type must be application/json',
};

/** Answers bad requests with 4xx and records them; a model's failure has been recorded where it happened. */
export function addErrorHandler(app: FastifyInstance, observability: Pick<Observability, 'trackInference'>): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      request.log.error(error);
      return reply.code(500).send({ error: error.code ?? 'internal', message: 'the request could not be served' });
    }
    const { modelType } = request.routeOptions.config;
    if (modelType !== undefined) {
      observability.trackInference({
        modelType,
        latencyMs: reply.elapsedTime,
        success: false,
        errorCode: 'invalid_input',
      });
    }
    const message = error.validation === undefined ? MESSAGES[status] : error.message;
    return reply.code(status).send({ error: 'invalid_input', message: message ?? 'the request is not valid' });
  });
}
