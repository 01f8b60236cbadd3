import type { PredictionRow } from '@inferometer/drift-metrics';
import { loadDocumentModel } from '../models/document-model.ts';
import { loadImageModel } from '../models/image-model.ts';
import type { Prediction } from '../models/prediction.ts';
import { readHoldout } from '../replay/holdout.ts';

/** What each model says of the items that it was not trained on, with the truth, as the service records it. */
export async function validatedPredictions(): Promise<Readonly<Record<'document' | 'image', PredictionRow[]>>> {
  const { documents, images } = await readHoldout();
  const [documentModel, imageModel] = await Promise.all([loadDocumentModel(), loadImageModel()]);
  const texts = documents.map(({ text }) => text);
  const topics = documentModel.postprocess(await documentModel.infer(documentModel.preprocess(texts)));
  const digits = await imageModel.classify(images.map(({ pixels }) => pixels));
  await Promise.all([documentModel.release(), imageModel.release()]);
  return {
    document: topics.map((prediction, index) =>
      rowOf(prediction, documents[index]?.topic, { text_length: texts[index]?.length }),
    ),
    image: digits.map((prediction, index) => rowOf(prediction, images[index]?.digit)),
  };
}

function rowOf(
  { predictedClass, confidence }: Prediction,
  actualClass: string | undefined,
  features?: PredictionRow['features'],
): PredictionRow {
  return { predictedClass, confidence, actualClass, features };
}
