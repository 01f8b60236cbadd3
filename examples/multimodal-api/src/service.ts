import { createApp } from './app.ts';
import type { AppParts } from './app.ts';
import { loadDocumentModel } from './models/document-model.ts';
import { loadImageModel } from './models/image-model.ts';

export interface ServiceOptions extends Pick<AppParts, 'metricsUrl' | 'observability'> {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
}

export interface Service {
  readonly url: string;
  /** Answers what has been asked, then frees the port and the models. */
  close(): Promise<void>;
}

/** Loads the models and listens; rejects with Node's own error (`EADDRINUSE`) if the port is taken. */
export async function startService({ host, port, ...parts }: ServiceOptions): Promise<Service> {
  const [document, image] = await Promise.all([loadDocumentModel(), loadImageModel()]);
  const app = createApp({ ...parts, document, image });
  app.addHook('onClose', async () => {
    await Promise.all([document.release(), image.release()]);
  });
  try {
    const url = await app.listen({ host, port });
    return { url, close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}
