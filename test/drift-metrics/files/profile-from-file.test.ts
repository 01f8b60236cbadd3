import { createWriteStream, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { expect } from 'chai';
import { parse } from 'csv-parse/sync';
import {
  createReferenceProfile,
  DriftConfigurationError,
  profileFromFile,
  type ReferenceProfileError,
  type ProfileProgress,
} from '@inferometer/drift-metrics';
import { csvCells } from '../../../packages/drift-metrics/src/files/csv-cells.ts';
import { createRecordSplitter } from '../../../packages/drift-metrics/src/files/record-splitter.ts';
import { createSeededRandom } from '../../../packages/drift-metrics/src/mathematics/seeded-random.ts';
import { predictions } from '../support/predictions.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('profileFromFile', () => {
  const pathOf = temporaryFolder();

  async function faultOf(promise: Promise<unknown>): Promise<ReferenceProfileError> {
    try {
      await promise;
    } catch (error) {
      return error as ReferenceProfileError;
    }
    throw new Error('nothing was thrown');
  }

  it('makes of JSON lines and of CSV what createReferenceProfile makes of the rows', async () => {
    const rows = predictions(3000, 5);
    const expected = createReferenceProfile(rows, { modelType: 'document' });
    writeFileSync(pathOf('a.jsonl'), rows.map((row) => JSON.stringify({ modelType: 'document', ...row })).join('\n'));
    const lines = rows.map((row) =>
      [row.predictedClass, row.confidence, row.correct, row.features!['text_length']].join(','),
    );
    writeFileSync(
      pathOf('a.csv'),
      ['predicted_class,confidence,correct,feature.text_length', ...lines, ''].join('\r\n'),
    );
    for (const name of ['a.jsonl', 'a.csv']) {
      const report = await profileFromFile(pathOf(name), { modelType: 'document' });
      expect(report.profile.hash, name).to.equal(expected.hash);
      expect(report).to.deep.include({
        rows: 3000,
        badRows: 0,
        firstBadLines: [],
        otherModelRows: 0,
        ignoredColumns: [],
      });
    }
  });

  it('counts bad rows, tells where they are, and takes the rest', async () => {
    const lines = [
      '{"predictedClass":"a","confidence":0.9}',
      'nonsense',
      '{"predictedClass":"a","confidence":90}',
      '',
      '[1]',
      '{"predictedClass":{"a":1}}',
      '{"predictedClass":"b","confidence":0.5,"features":null}',
      '{"modelType":"image","predictedClass":"cat"}',
      '{"predictedClass":"b","confid',
    ];
    writeFileSync(pathOf('bad.jsonl'), lines.join('\n'));
    const report = await profileFromFile(pathOf('bad.jsonl'), { modelType: 'document' });
    expect(report).to.deep.include({ rows: 2, badRows: 5, firstBadLines: [2, 3, 5, 6, 9], otherModelRows: 1 });
  });

  it('reads quoted cells, other separators, a byte order mark and values that are none', async () => {
    const text =
      '\uFEFFlabel;confidence;note;len\n"a;1";0.9;"line\nbreak ""quoted""";3\n"b";NaN;;inf\nc;0.5;x\n"d;0.5;x;3';
    writeFileSync(pathOf('odd.csv'), text);
    const report = await profileFromFile(pathOf('odd.csv'), {
      modelType: 'm',
      columns: { predictedClass: 'label', features: ['len'] },
    });
    expect(report).to.deep.include({ rows: 2, badRows: 2, firstBadLines: [5, 6], ignoredColumns: ['note'] });
    expect(report.profile.signals[0]).to.deep.include({ categories: ['a;1', 'b'], counts: [1, 1, 0, 0] });
    expect(report.profile.signals[2]).to.deep.include({ edges: [3], counts: [1, 1, 0, 0] });
  });

  it('goes on after a record without end', async () => {
    const long = 'x'.repeat(2 * 1024 * 1024);
    writeFileSync(pathOf('long.csv'), `predictedClass\na\n"${long}\nb\nc\n`);
    const report = await profileFromFile(pathOf('long.csv'), { modelType: 'm' });
    expect(report).to.include({ rows: 3, badRows: 1 });
  });

  it('reads CSV as csv-parse does, however the file comes in pieces', () => {
    const random = createSeededRandom(3);
    const letters = ['a', '"', '\n', ',', '\r\n', 'é', '""', ' '];
    const draw = (most: number): number => Math.floor(random() * most);
    for (let file = 0; file < 2000; file += 1) {
      const cells = Array.from({ length: 3 * (1 + draw(4)) }, () =>
        Array.from({ length: draw(5) }, () => letters[draw(letters.length)]).join(''),
      );
      const quoted = cells.map((cell) =>
        /[",\n\r]/.test(cell) || random() < 0.3 ? `"${cell.replaceAll('"', '""')}"` : cell,
      );
      const text = quoted.map((cell, index) => cell + (index % 3 === 2 ? '\n' : ',')).join('');
      const splitter = createRecordSplitter(true);
      const records = [];
      for (let at = 0, length = 0; at < text.length; at += length) {
        length = 1 + draw(5);
        records.push(...splitter.split(text.slice(at, at + length), at + length >= text.length));
      }
      const expected = parse(text, { record_delimiter: '\n' });
      expect(
        records.map((record) => csvCells(record.text ?? '', ',')),
        JSON.stringify(text),
      ).to.deep.equal(expected);
    }
  });

  it('loses one line, not the rest of the file, to a quote that is never closed', async () => {
    const rows = Array.from({ length: 200_000 }, (_, index) => `c${index % 3},0.5`);
    rows[10] = '"c1,0.5';
    rows[150_000] = 'c"1,0.5';
    writeFileSync(pathOf('unclosed.csv'), ['predictedClass,confidence', ...rows, '"c2,0.5', 'c0,0.5'].join('\n'));
    const report = await profileFromFile(pathOf('unclosed.csv'), { modelType: 'm' });
    expect(report).to.deep.include({ rows: 200_000, badRows: 2, firstBadLines: [12, 200_002] });
  });

  it('takes columns and keys by the names that they have', async () => {
    const row = { label: 'a', score: 0.5, truth: 'b', width: 3, features: { height: 4 }, model: 'm' };
    const columns = {
      predictedClass: 'label',
      confidence: 'score',
      actualClass: 'truth',
      modelType: 'model',
      features: ['width', 'height'],
    };
    writeFileSync(pathOf('named.jsonl'), JSON.stringify(row));
    writeFileSync(pathOf('named.csv'), 'label,score,truth,width,height,model\na,0.5,b,3,4,m\n');
    const [one, other] = await Promise.all(
      ['named.jsonl', 'named.csv'].map((name) => profileFromFile(pathOf(name), { modelType: 'm', columns })),
    );
    expect(one?.profile.signals.map(({ name }) => name)).to.deep.equal(['class', 'confidence', 'height', 'width']);
    expect(one?.profile.accuracy).to.deep.equal({ labelled: 1, correct: 0 });
    expect(other?.profile.hash).to.equal(one?.profile.hash);
    const absent = { modelType: 'm', columns: { confidence: 'scroe' } };
    expect((await faultOf(profileFromFile(pathOf('named.jsonl'), absent))).message).to.contain(
      'has no "scroe" on any of its lines',
    );
  });

  it('reads a file of any size in bounded memory and tells how far it is', async function () {
    this.timeout(15_000);
    const file = createWriteStream(pathOf('large.jsonl'));
    for (let block = 0; block < 40; block += 1) {
      const rows = Array.from(
        { length: 4000 },
        (_, index) => `{"predictedClass":"${index % 7}","confidence":${((block * 4000 + index) % 997) / 997}}`,
      );
      if (!file.write(`${rows.join('\n')}\n`)) {
        await once(file, 'drain');
      }
    }
    file.end();
    await once(file, 'finish');
    const told: ProfileProgress[] = [];
    const { profile, rows } = await profileFromFile(pathOf('large.jsonl'), {
      modelType: 'm',
      onProgress: (progress) => told.push(progress),
    });
    expect(rows).to.equal(160_000);
    expect(profile.signals[1]!.counts.slice(0, -2).reduce((sum, count) => sum + count, 0)).to.equal(160_000);
    // Beyond 100,000 values the edges come from a sample: each bin holds its twentieth within twice 0.52%.
    for (const count of profile.signals[1]!.counts.slice(0, -2)) {
      expect(count / 160_000).to.be.closeTo(0.05, 0.0104);
    }
    expect(told.at(-1)).to.include({ pass: 2, done: 1, rows: 160_000, badRows: 0 });
    expect(told.map(({ done }) => done)).to.deep.equal(told.map(({ done }) => done).sort((a, b) => a - b));
    expect(told.length).to.be.greaterThan(3);
  });

  it('says what is wrong with a file', async () => {
    expect(await faultOf(profileFromFile(pathOf('absent.csv'), { modelType: 'm' }))).to.include({
      fault: 'unreadable',
    });
    expect((await faultOf(profileFromFile(`${pathOf('.')}.csv/`, { modelType: 'm', format: 'csv' }))).fault).to.equal(
      'unreadable',
    );
    writeFileSync(pathOf('empty.csv'), '');
    expect((await faultOf(profileFromFile(pathOf('empty.csv'), { modelType: 'm' }))).fault).to.equal('empty');
    writeFileSync(pathOf('foreign.csv'), 'a,b\n1,2\n');
    expect((await faultOf(profileFromFile(pathOf('foreign.csv'), { modelType: 'm' }))).fault).to.equal('foreign');
    const columns = { confidence: 'score' };
    expect((await faultOf(profileFromFile(pathOf('foreign.csv'), { modelType: 'm', columns }))).message).to.contain(
      'has no column "score"',
    );
    const error = await faultOf(profileFromFile(pathOf('predictions.parquet'), { modelType: 'm' }));
    expect(DriftConfigurationError.isInstance(error)).to.equal(true);
  });
});
