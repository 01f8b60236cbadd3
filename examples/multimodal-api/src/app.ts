import fastify from 'fastify';
import type { FastifyInstance } from 'fastify';
import type { Observability } from './instrumentation.ts';
import type { DocumentModel } from './models/document-model.ts';
import type { ImageModel } from './models/image-model.ts';
import { describeValidation } from './routes/describe-validation.ts';
import { addDocumentRoute } from './routes/document-route.ts';
import { addErrorHandler } from './routes/error-handler.ts';
import { addFeedbackRoute } from './routes/feedback-route.ts';
import { addImageRoute } from './routes/image-route.ts';
import { addLandingRoute } from './routes/landing-route.ts';

export interface AppParts {
  readonly document: DocumentModel;
  readonly image: ImageModel;
  readonly observability: Pick<Observability, 'instrument' | 'recordGroundTruth' | 'startInference' | 'trackInference'>;
  /** Known only once the endpoint listens. */
  readonly metricsUrl?: () => string | undefined;
  readonly logLevel?: 'error' | 'silent';
}

/** The web application, not yet listening. */
export function createApp(parts: AppParts): FastifyInstance {
  const { observability } = parts;
  const app = fastify({
    logger: { level: parts.logLevel ?? 'error' },
    // Fastify would turn "7" into 7 and drop unknown properties; both are mistakes that the caller should hear of.
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false } },
    schemaErrorFormatter: describeValidation,
  });
  // JSON alone; otherwise plain text arrives as a body that is a string.
  app.removeContentTypeParser('text/plain');
  addErrorHandler(app, observability);
  addDocumentRoute(app, parts.document, observability);
  addImageRoute(app, parts.image, observability);
  addFeedbackRoute(app, observability);
  addLandingRoute(app, parts.metricsUrl ?? (() => undefined));
  return app;
}
