import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { transform } from 'esbuild';
import {
  createTrackInferences,
  type TrackInferences,
} from '../../../packages/observability/src/inference/instrument/decorator.ts';
import { createInstrument } from '../../../packages/observability/src/inference/instrument/instrument.ts';
import type { definePrivateApi } from '../fixtures/decorators/private-api.ts';
import type { defineTopicApi } from '../fixtures/decorators/topic-api.ts';
import { RecordingTimerSource } from './recording-timer-source.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const fixtures = join(repository, 'test/observability/fixtures/decorators');

/** Compiles fixtures as users do, types checked; decorators are a syntax error under Node's own type stripping. */
async function compile(folder: string, experimentalDecorators: boolean, files: readonly string[]): Promise<void> {
  const config = {
    extends: join(repository, 'test/tsconfig.json'),
    compilerOptions: {
      experimentalDecorators,
      noEmit: false,
      rewriteRelativeImportExtensions: true,
      rootDir: repository,
      outDir: folder,
      types: ['node'],
      typeRoots: [join(repository, 'node_modules/@types')],
    },
    files: files.map((file) => join(fixtures, file)),
    include: [],
  };
  const configFile = join(folder, 'tsconfig.json');
  await writeFile(configFile, JSON.stringify(config));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const compiler = join(repository, 'node_modules/typescript/bin/tsc');
  await promisify(execFile)(process.execPath, [compiler, '-p', configFile]).catch((error: { stdout: string }) => {
    throw new Error(error.stdout, { cause: error });
  });
}

describe('the decorator trackInferences', () => {
  const forms = { 'of the language': false, "of TypeScript's experimentalDecorators": true };
  for (const [form, experimental] of Object.entries(forms)) {
    describe(`in the form ${form}`, () => {
      let folder: string;
      let source: RecordingTimerSource;
      let trackInferences: TrackInferences;

      before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'decorators-'));
        await compile(folder, experimental, experimental ? ['topic-api.ts'] : ['topic-api.ts', 'private-api.ts']);
      });

      after(() => rm(folder, { recursive: true }));

      beforeEach(() => {
        source = new RecordingTimerSource();
        trackInferences = createTrackInferences(createInstrument(source));
      });

      function load(file: string): Promise<unknown> {
        return import(pathToFileURL(join(folder, 'test/observability/fixtures/decorators', file)).href);
      }

      async function topicApi(): Promise<ReturnType<typeof defineTopicApi>> {
        const fixture = (await load('topic-api.js')) as { defineTopicApi: typeof defineTopicApi };
        return fixture.defineTopicApi(trackInferences);
      }

      it('records the calls of a method, with its this and what is extracted', async () => {
        const { TopicApi } = await topicApi();
        const api = new TopicApi('a ');
        expect(api.predict('text')).to.deep.equal({ label: 'a text', score: 1 });
        expect(source.only).to.deep.include({
          modelType: 'document',
          status: 'success',
          outcome: { predictedClass: 'a text', requestId: 'text' },
        });
        expect(api.predict.name).to.equal('predict');
        expect(Object.keys(api)).to.deep.equal(['prefix']);
        expect(Object.getOwnPropertyDescriptor(TopicApi.prototype, 'predict')).to.include({
          enumerable: false,
          writable: true,
          configurable: true,
        });
      });

      it('records async methods and generators when they are complete', async () => {
        const api = new (await topicApi()).TopicApi('a ');
        await api.predictLater('text');
        expect(await api.predictLater('').catch((error: unknown) => error)).to.be.instanceOf(RangeError);
        for await (const word of api.generate('one', 'two')) {
          expect(word).to.match(/^a /);
        }
        expect(
          source.inferences.map(({ modelType, status, errorCode, outcome }) => [
            modelType,
            errorCode ?? status,
            outcome?.predictedClass,
          ]),
        ).to.deep.equal([
          ['document', 'success', undefined],
          ['document', 'success', 'a text'],
          ['document', 'RangeError', undefined],
          ['llm', 'success', 'a two'],
        ]);
      });

      it('works on static methods, methods without a name, and in subclasses', async () => {
        const { TopicApi, LoudApi } = await topicApi();
        expect(TopicApi.create('x')).to.be.instanceOf(TopicApi);
        expect(LoudApi.create('x')).to.be.instanceOf(LoudApi);
        expect(new TopicApi('x').ranked()).to.equal('x');
        expect(new LoudApi('').predict('loud').label).to.equal('LOUD');
        expect(source.inferences.map(({ modelType }) => modelType)).to.deep.equal([
          'static',
          'static',
          'ranked',
          'document',
        ]);
      });

      if (!experimental) {
        it('works on private methods', async () => {
          const fixture = (await load('private-api.js')) as { definePrivateApi: typeof definePrivateApi };
          const PrivateApi = fixture.definePrivateApi(trackInferences);
          expect(new PrivateApi().predict('text')).to.equal('private text');
          expect(await PrivateApi.load()).to.equal('loaded');
          expect(source.inferences.map(({ modelType, status }) => [modelType, status])).to.deep.equal([
            ['private', 'success'],
            ['private static', 'success'],
          ]);
        });
      }

      const misplaced: { readonly [code: string]: string } = {
        '@track class Api {}': 'the class',
        'class Api { @track field = 1 }': 'the field "field"',
        'class Api { @track static field = () => 1 }': 'the field "field"',
        ...(experimental
          ? {
              'class Api { @track get value() { return 1 } }': 'the accessor "value"',
              'class Api { predict(@track text) {} }': 'the parameter "predict"',
            }
          : {
              'class Api { @track get value() { return 1 } }': 'the getter "value"',
              'class Api { @track set value(value) {} }': 'the setter "value"',
              'class Api { @track accessor value = 1 }': 'the accessor "value"',
            }),
      };
      for (const [code, what] of Object.entries(misplaced)) {
        it(`says what is wrong with ${code}`, async () => {
          const compiled = await transform(code, {
            loader: 'ts',
            target: 'es2022',
            tsconfigRaw: { compilerOptions: { experimentalDecorators: experimental } },
          });
          // oxlint-disable-next-line typescript/no-implied-eval -- a decorator in the wrong place does not compile here
          const define = new Function('track', compiled.code);
          expect(() => define(trackInferences('document'))).to.throw(
            TypeError,
            `trackInferences: only methods can be decorated, received ${what}`,
          );
          expect(() => define(trackInferences('document'))).to.throw(
            TypeError,
            /wrap a function with instrument\("document", fn\) instead\.$/,
          );
        });
      }
    });
  }
});
