import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  createReferenceProfile,
  createSignalBins,
  estimatedAccuracy,
  loadReferenceProfile,
  signalKey,
} from '@inferometer/drift-metrics';
import { expect } from 'chai';
import { createApp } from '../../examples/multimodal-api/src/app.ts';
import type { AppParts } from '../../examples/multimodal-api/src/app.ts';
import { hashFeatures } from '../../examples/multimodal-api/src/features/feature-hashing.ts';
import { fnv1a } from '../../examples/multimodal-api/src/features/fnv1a.ts';
import { tokenise } from '../../examples/multimodal-api/src/features/tokenise.ts';
import { loadDocumentModel } from '../../examples/multimodal-api/src/models/document-model.ts';
import { loadImageModel } from '../../examples/multimodal-api/src/models/image-model.ts';
import { documentHashing, referencePath } from '../../examples/multimodal-api/src/models/model-files.ts';
import { ModelFailure } from '../../examples/multimodal-api/src/models/model-failure.ts';
import type { Prediction } from '../../examples/multimodal-api/src/models/prediction.ts';
import { readHoldout } from '../../examples/multimodal-api/src/replay/holdout.ts';
import { startReplay } from '../../examples/multimodal-api/src/replay/replay.ts';
import { startChildService } from '../../examples/multimodal-api/src/smoke/child-service.ts';
import type { ChildService } from '../../examples/multimodal-api/src/smoke/child-service.ts';
import { readSeries } from '../../examples/multimodal-api/src/smoke/scraped-series.ts';
import type { ScrapedSeries } from '../../examples/multimodal-api/src/smoke/scraped-series.ts';
import { validatedPredictions } from '../../examples/multimodal-api/src/validation/validated-predictions.ts';

const EXAMPLE = new URL('../../examples/multimodal-api/', import.meta.url);

const GOAL = 'The goalkeeper saved a late penalty, and the fans sang until the final whistle.';

interface ModelCard {
  readonly models: Record<
    'document' | 'image',
    { readonly file: string; readonly bytes: number; readonly sha256: string; readonly holdout: Figures }
  >;
}

interface Figures {
  readonly items: number;
  readonly correct: number;
  readonly accuracy: number;
  readonly confidence: { readonly mean: number };
}

describe('the multimodal example: models', () => {
  it('hashes as RFC 9923 says', () => {
    expect(fnv1a('')).to.equal(0x811c9dc5);
    expect(fnv1a('a')).to.equal(0xe40c292c);
    expect(fnv1a('foobar')).to.equal(0xbf9cf968);
  });

  it('turns texts into the features that the Python training made of them', async () => {
    const cases =
      await readJson<{ text: string; tokens: string[]; features: [number, number][] }[]>(
        'models/document.vectors.json',
      );
    expect(cases).to.have.length.above(10);
    for (const { text, tokens, features } of cases) {
      expect(tokenise(text, documentHashing.stopWords), text).to.deep.equal(tokens);
      const row = new Float32Array(documentHashing.dimensions);
      hashFeatures(text, row, documentHashing);
      const found = [...row.entries()].filter(([, value]) => value !== 0);
      expect(found, text).to.deep.equal(features);
    }
  });

  it('has the files that the model card describes', async () => {
    const { models } = await readJson<ModelCard>('models/model-card.json');
    for (const { file, bytes, sha256 } of Object.values(models)) {
      const content = await readFile(new URL(`models/${file}`, EXAMPLE));
      expect(content.length).to.equal(bytes);
      expect(createHash('sha256').update(content).digest('hex')).to.equal(sha256);
    }
  });

  it('classifies as many held-out documents correctly as the model card says', async () => {
    const model = await loadDocumentModel();
    const { documents } = await readHoldout();
    const texts = documents.map(({ text }) => text);
    const predictions = model.postprocess(await model.infer(model.preprocess(texts)));
    await model.release();
    await expectCardFigures(
      'document',
      predictions,
      documents.map(({ topic }) => topic),
    );
  });

  it('classifies as many held-out images correctly as the model card says', async () => {
    const model = await loadImageModel();
    const { images } = await readHoldout();
    const predictions = await model.classify(images.map(({ pixels }) => pixels));
    await model.release();
    await expectCardFigures(
      'image',
      predictions,
      images.map(({ digit }) => digit),
    );
  });
});

describe('the multimodal example: references', () => {
  it('are what the models say of their held-out items', async () => {
    const predictions = await validatedPredictions();
    for (const modelType of ['document', 'image'] as const) {
      const committed = loadReferenceProfile(referencePath(modelType), { modelType });
      const { modelVersion, createdAt } = committed;
      const made = createReferenceProfile(predictions[modelType], { modelType, modelVersion });
      expect(modelVersion).to.equal(createdAt.slice(0, 10));
      expect(committed.samples).to.equal(400);
      expect(committed.accuracy).to.deep.equal(made.accuracy);
      expect(committed.signals.map(signalKey)).to.deep.equal(made.signals.map(signalKey));
      for (const [index, signal] of committed.signals.entries()) {
        const again = made.signals[index];
        expect(signal.counts, signal.name).to.deep.equal(again?.counts);
        // Another processor may round the last digits of a confidence otherwise.
        for (const [place, edge] of (signal.type === 'numeric' ? signal.edges : []).entries()) {
          expect(edge).to.be.closeTo((again?.type === 'numeric' ? again.edges[place] : undefined) ?? NaN, 1e-4);
        }
      }
    }
  });
});

describe('the multimodal example: digits turned by 90 degrees', () => {
  it('are told wrong by a model that is sure of itself, as docs/drift.md has it', async () => {
    const model = await loadImageModel();
    const { images } = await readHoldout();
    const turned = images.map(({ pixels }) =>
      pixels.map((_, place) => pixels[(7 - (place % 8)) * 8 + (place >> 3)] ?? 0),
    );
    const predictions = await model.classify(turned);
    await model.release();
    const right = predictions.filter(({ predictedClass }, index) => predictedClass === images[index]?.digit).length;
    const { calibration, signals } = loadReferenceProfile(referencePath('image'));
    const confidence = signals.find(({ role }) => role === 'confidence');
    const bins = createSignalBins(confidence!);
    const counts = new Float64Array(bins.length);
    for (const prediction of predictions) counts[bins.binOf(prediction.confidence)]! += 1;
    const accuracy = right / images.length;
    const estimate = estimatedAccuracy(calibration!, counts)?.accuracy ?? NaN;
    const page = await readFile(new URL('../../docs/drift.md', EXAMPLE), 'utf8');
    expect(page).to.contain(
      `${(100 * accuracy).toFixed(1)}% are told right, and the estimate says ${(100 * estimate).toFixed(0)}%`,
    );
  });
});

describe('the multimodal example: service', () => {
  let service: ChildService;

  before(async () => {
    service = await startChildService();
  });

  after(async () => {
    expect(await service.stop()).to.equal(0);
  });

  it('answers a text, a batch of texts, an image and feedback', async () => {
    const text = await post('/v1/documents', { text: GOAL, requestId: 'goal' });
    expect(text.status).to.equal(200);
    expect(text.body).to.have.property('requestId', 'goal');
    expect(text.body).to.have.nested.property('predictions[0].topic', 'sports');

    const batch = await post('/v1/documents', { texts: ['Shares fell.', 'Parliament voted on the bill.'] });
    expect(batch.body).to.have.property('predictions').with.length(2);
    expect(batch.body).to.have.property('requestId').that.is.a('string');

    const [image] = (await readHoldout()).images;
    const digit = await post('/v1/images', { pixels: image?.pixels });
    expect(digit.body).to.have.nested.property('predictions[0].digit', image?.digit);

    const feedback = await post('/v1/feedback', { requestId: 'goal', actualClass: 'sports' });
    expect(feedback.status).to.equal(202);
    await eventually((series) => {
      expect(series.value('ground_truth_total', { model_type: 'document', outcome: 'correct' })).to.equal(1);
    });
  });

  it('says what is wrong with a request without repeating it, and records it as failed', async () => {
    const secret = 'wallet-7731';
    const bodies: [string, string][] = [
      ['{}', 'body must have "text" or "texts"'],
      [`{"text": "${secret}`, 'the body must be valid JSON'],
      [`{"text": "${secret}", "texts": ["${secret}"]}`, 'body has properties that exclude each other'],
      [`{"text": ["${secret}"]}`, 'body/text must be string'],
      [`{"text": "${secret}", "${secret}": 1}`, 'body must NOT have additional properties'],
      [`"${secret}"`, 'body must be object'],
    ];
    for (const [body, message] of bodies) {
      const answer = await post('/v1/documents', body);
      expect(answer.status, body).to.equal(400);
      expect(answer.body, body).to.deep.equal({ error: 'invalid_input', message });
    }
    await eventually((series) => {
      const labels = { model_type: 'document', error_code: 'invalid_input' };
      expect(series.value('error_count_total', labels)).to.equal(bodies.length);
    });
  });

  it('shows a landing page with a link to the metrics', async () => {
    const page = await fetch(service.url);
    expect(page.headers.get('content-type')).to.contain('text/html');
    expect(await page.text()).to.contain(`<a href="${service.metricsUrl}">`);
    expect(await (await fetch(`${service.url}/healthz`)).json()).to.deep.equal({ status: 'ok' });
  });

  it('replays held-out items so that accuracy shows within five seconds', async () => {
    const replay = startReplay(service.url, await readHoldout(), { feedbackDelayMs: 100 });
    await eventually((series) => {
      for (const model_type of ['document', 'image']) {
        expect(series.value('model_accuracy', { model_type })).to.be.within(0.5, 1);
        expect(series.value('inference_requests_total', { model_type, status: 'success' })).to.be.above(10);
      }
    });
    await replay.stop();
  });

  it('reports a service that does not answer once, not once per request', async () => {
    const reports: string[] = [];
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    const replay = startReplay(`http://127.0.0.1:${port}`, await readHoldout(), {
      requestsPerSecond: 200,
      report: (message) => reports.push(message),
    });
    await delay(200);
    await replay.stop();
    expect(reports).to.have.length(1);
    expect(reports[0]).to.match(/^replay: .*ECONNREFUSED/);
  });

  it('refuses to start on a port that is taken, in one sentence', async () => {
    const { port } = new URL(service.url);
    const { code, errors } = await runMain('--port', port, '--metrics-port', '0');
    expect(code).to.equal(1);
    expect(errors.trim()).to.match(new RegExp(`^multimodal-api: port ${port} is taken; .*--port.*\\.$`));
  });

  it('refuses options that make no sense', async () => {
    const { code, errors } = await runMain('--port', '99999');
    expect(code).to.equal(2);
    expect(errors).to.contain('--port must be an integer from 0 to 65535, received "99999"');
  });

  it('serves without metrics where their port is taken, and says so once with its own flag', async () => {
    const taken = createServer().listen(0);
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const child = spawnMain('--port', '0', '--metrics-port', String(port), '--no-replay');
    let errors = '';
    child.stderr.on('data', (text: Buffer) => (errors += text.toString()));
    const [output] = (await once(child.stdout, 'data')) as [Buffer];
    const url = /^service +(\S+)$/m.exec(output.toString())?.[1];
    expect(output.toString()).to.match(/^metrics +none for now; --metrics-port chooses another port, 0 any free one$/m);
    expect((await fetch(`${url}/healthz`)).status).to.equal(200);
    child.kill('SIGINT');
    expect(await once(child, 'close')).to.deep.equal([0, null]);
    expect(errors).to.match(
      /^inferometer: the metrics endpoint cannot listen on .+ because that port is in use; .+\n$/,
    );
    taken.close();
  });

  async function post(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
    const response = await fetch(service.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, body: await response.json() };
  }

  async function eventually(expectation: (series: ScrapedSeries) => void): Promise<void> {
    const deadline = performance.now() + 5_000;
    for (;;) {
      const series = readSeries(await (await fetch(service.metricsUrl)).text());
      try {
        expectation(series);
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
      }
      await delay(50);
    }
  }
});

describe('the multimodal example: a model that fails', () => {
  it('answers 500, records its code and repeats nothing of the request', async () => {
    const failures: unknown[] = [];
    const failing = () => Promise.reject(new ModelFailure('any', new Error('native')));
    const app = createApp({
      logLevel: 'silent',
      document: { preprocess: () => new Float32Array(), infer: failing, postprocess: () => [], release: failing },
      image: { classify: failing, release: failing },
      // The models cannot be made to fail from outside, so here only, what the SDK is told is looked at.
      observability: {
        startInference: () => ({ phase() {}, end() {}, fail: (error: unknown) => failures.push(error) }),
        instrument: (_modelType: string, call: unknown) => call,
        trackInference() {},
        recordGroundTruth() {},
      } as unknown as AppParts['observability'],
    });
    const document = await app.inject({ method: 'POST', url: '/v1/documents', payload: { text: 'wallet-7731' } });
    const image = await app.inject({
      method: 'POST',
      url: '/v1/images',
      payload: { pixels: Array.from({ length: 64 }, () => 0) },
    });
    await app.close();
    for (const answer of [document, image]) {
      expect(answer.statusCode).to.equal(500);
      expect(answer.json()).to.deep.equal({ error: 'model_failure', message: 'the request could not be served' });
    }
    expect(failures).to.have.length(1);
    expect(failures[0]).to.have.property('code', 'model_failure');
  });
});

async function readJson<Content>(path: string): Promise<Content> {
  return JSON.parse(await readFile(new URL(path, EXAMPLE), 'utf8')) as Content;
}

async function expectCardFigures(
  modelType: 'document' | 'image',
  predictions: readonly Prediction[],
  actualClasses: readonly string[],
): Promise<void> {
  const { holdout } = (await readJson<ModelCard>('models/model-card.json')).models[modelType];
  const correct = predictions.filter(({ predictedClass }, index) => predictedClass === actualClasses[index]).length;
  const confidence = predictions.reduce((sum, prediction) => sum + prediction.confidence, 0) / predictions.length;
  expect(predictions).to.have.length(holdout.items);
  expect(correct).to.equal(holdout.correct);
  expect(correct / predictions.length).to.be.closeTo(holdout.accuracy, 5e-5);
  expect(confidence).to.be.closeTo(holdout.confidence.mean, 1e-4);
}

function spawnMain(...args: string[]) {
  const main = fileURLToPath(new URL('src/main.ts', EXAMPLE));
  return spawn(process.execPath, ['--conditions=@inferometer/source', main, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function runMain(...args: string[]): Promise<{ code: number; errors: string }> {
  const child = spawnMain(...args);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  return { code, errors };
}
