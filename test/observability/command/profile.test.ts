import { createReferenceProfile, loadReferenceProfile, type ReferenceProfile } from '@inferometer/drift-metrics';
import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createProgressLine } from '../../../packages/observability/src/command/profile/progress-line.ts';
import { endPrograms, type ProgramEnd, runProgram, startProgram } from '../../support/child-process.ts';
import { eventually } from '../../support/eventually.ts';
import { predictions } from '../../drift-metrics/support/predictions.ts';

const COMMAND = new URL('../../../packages/observability/src/command/inferometer.ts', import.meta.url);

describe('the command inferometer profile', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'inferometer-test-'));
  });
  afterEach(async () => {
    await endPrograms();
    rmSync(folder, { recursive: true });
  });

  const pathOf = (name: string): string => join(folder, name);

  function write(name: string, lines: readonly string[] | string): string {
    writeFileSync(pathOf(name), typeof lines === 'string' ? lines : lines.join('\n'));
    return pathOf(name);
  }

  function run(from: string, ...args: string[]): Promise<ProgramEnd> {
    const all = ['profile', '--model-type', 'document', '--from', from, '-o', pathOf('reference.json'), ...args];
    return runProgram(COMMAND, { args: all });
  }

  function written(): ReferenceProfile {
    return loadReferenceProfile(pathOf('reference.json'), { modelType: 'document' });
  }

  it('makes of a file what createReferenceProfile makes of its rows, and says what it found', async () => {
    const rows = predictions(6000, 3);
    const file = write(
      'predictions.jsonl',
      rows.map((row) => JSON.stringify(row)),
    );
    const end = await run(file, '--model-version', '2026-11-01');
    expect(end).to.include({ code: 0, errors: '' });
    expect(written().hash).to.equal(
      createReferenceProfile(rows, { modelType: 'document', modelVersion: '2026-11-01' }).hash,
    );
    expect(end.output).to.match(/^reference +[0-9a-f]{12} of document, version 2026-11-01$/m);
    expect(end.output).to.match(/^predictions +6,000$/m);
    expect(end.output).to.match(/^confidence +20 bins from 0\.\d+ to \d/m);
    expect(end.output).to.match(/^accuracy +0\.\d{4} of 6,000 with a known truth$/m);
  });

  it('reads columns by the names that they have', async () => {
    const file = write('scores.csv', [
      'who;guess;score;truth;len',
      'document;a;0.9;a;3',
      'image;cat;0.5;cat;1',
      'document;b;0.4;a;5',
    ]);
    const names = ['--class', 'guess', '--confidence', 'score', '--label', 'truth', '--feature', 'len'];
    const { code, output } = await run(file, ...names, '--model-column', 'who', '--bins', '2');
    expect(code).to.equal(0);
    expect(output).to.match(/^left out +1 of other models$/m);
    expect(written().signals.map(({ name }) => name)).to.deep.equal(['class', 'confidence', 'len']);
    expect(written().accuracy).to.deep.equal({ labelled: 2, correct: 1 });
    const absent = await run(file, '--class', 'gess');
    expect(absent.code).to.equal(1);
    expect(absent.errors).to.equal(
      `inferometer: ${file} has no column "gess"; its first line must name the columns.\n`,
    );
  });

  it('counts bad rows and says where the first of them are', async () => {
    const bad = Array.from({ length: 12 }, () => 'a,high');
    const file = write('bad.csv', [
      'predictedClass,confidence',
      'a,0.5',
      ...bad,
      ...Array.from({ length: 30 }, () => 'b,0.5'),
    ]);
    const lenient = await run(file);
    expect(lenient.code).to.equal(0);
    expect(lenient.output).to.match(/^bad rows +12, the first on lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12$/m);
    expect(written().samples).to.equal(31);
    rmSync(pathOf('reference.json'));
    const strict = await run(file, '--strict');
    expect(strict.code).to.equal(1);
    expect(strict.errors).to.match(/^inferometer: no reference is written, because rows are bad \(12, the first on/);
    expect(existsSync(pathOf('reference.json'))).to.equal(false);
  });

  it('takes a file for one of another kind where more rows are bad than good', async () => {
    const mostly = await run(write('mostly.jsonl', ['{"predictedClass":"a"}', 'x', 'y']));
    expect(mostly.code).to.equal(1);
    expect(mostly.errors).to.contain('rows are bad (2, on lines 2, 3), and only 1 are good');
    const all = await run(write('all.jsonl', ['x', 'y']));
    expect(all.code).to.equal(1);
    expect(all.errors).to.contain('has no row that can be read: 2 are bad, the first on lines 1, 2.');
    expect(readdirSync(folder)).to.deep.equal(['all.jsonl', 'mostly.jsonl']);
  });

  const hostile: [what: string, text: string, expected: string][] = [
    [
      'a byte order mark, CRLF and quotes',
      '\uFEFF"predictedClass","confidence"\r\n"a ""b"", c",0.5\r\n"d\r\ne",0.25\r\n',
      'a "b", c|d\r\ne',
    ],
    ['numbers that are none', 'predictedClass,confidence\na,NaN\nb,\nc,null\nd,0.5\n', 'a|b|c|d'],
    ['a line of two megabytes', `predictedClass,confidence\na,0.5\n${'x'.repeat(2 << 20)},0.5\nb,0.5\n`, 'a|b'],
    ['a quote that is never closed', 'predictedClass,confidence\na,0.5\n"b,0.5\nc,0.5\nd,0.5\n', 'a|c|d'],
    ['zero bytes', 'predictedClass,confidence\na\0,0.5\nb,0.5\n', 'a\0|b'],
  ];
  for (const [what, text, expected] of hostile) {
    it(`reads a file with ${what}`, async () => {
      const { code, errors } = await run(write('hostile.csv', text));
      expect({ code, errors }).to.deep.equal({ code: 0, errors: '' });
      const [classes] = written().signals;
      expect(classes?.type === 'categorical' && classes.categories.join('|')).to.equal(expected);
    });
  }

  it('says what is wrong with a file that tells nothing', async () => {
    const reasons: [name: string, text: string, reason: RegExp][] = [
      ['empty.csv', '', /no reference can be made of 0 predictions/],
      ['header.csv', 'predictedClass,confidence\n', /no reference can be made of 0 predictions/],
      ['foreign.csv', 'a,b\n1,2\n', /has none of the columns predictedClass, confidence/],
      ['foreign.jsonl', '{"a":1}\n', /no reference can be made of 1 predictions/],
    ];
    const ends = await Promise.all(reasons.map(([name, text]) => run(write(name, text))));
    for (const [index, [name, , reason]] of reasons.entries()) {
      expect(ends[index]?.code, name).to.equal(1);
      expect(ends[index]?.errors, name).to.match(reason);
    }
    const absent = await run(pathOf('absent.csv'));
    expect(absent).to.include({ code: 1 });
    expect(absent.errors).to.match(/^inferometer: .*absent\.csv.*no such file/);
  });

  it('reads standard input and writes to standard output', async () => {
    const program = startProgram(COMMAND, {
      args: ['profile', '--model-type', 'document', '--from', '-', '-o', '-'],
      environment: { TMPDIR: folder },
    });
    program.write('{"predictedClass":"a","confidence":0.5}');
    program.write('{"predictedClass":"b","confidence":0.75}');
    program.endInput();
    const { code, output, errors } = await program.ended;
    expect(code).to.equal(0);
    const rows = [
      { predictedClass: 'a', confidence: 0.5 },
      { predictedClass: 'b', confidence: 0.75 },
    ];
    const expected = createReferenceProfile(rows, { modelType: 'document' });
    expect((JSON.parse(output) as ReferenceProfile).hash).to.equal(expected.hash);
    expect(errors).to.match(/^predictions +2; from 5,000 on/m);
    expect(readdirSync(folder), 'what was kept of standard input').to.deep.equal([]);
  });

  it('reads a pipe, as of a file that is unpacked meanwhile', async () => {
    execFileSync('mkfifo', [pathOf('pipe')]);
    const [end] = await Promise.all([run(pathOf('pipe')), writeFile(pathOf('pipe'), 'predictedClass\na\nb\n')]);
    expect(end).to.include({ code: 0, errors: '' });
    expect(written().samples).to.equal(2);
  });

  it('reads a file that is larger than the memory that it may use', async function () {
    this.timeout(60_000);
    const heapMebibytes = 32;
    const note = 'x'.repeat(2000);
    const file = openSync(pathOf('large.jsonl'), 'w');
    const rows = predictions(50_000, 9);
    for (let start = 0; start < rows.length; start += 1000) {
      writeSync(
        file,
        rows
          .slice(start, start + 1000)
          .map((row) => `${JSON.stringify({ ...row, note })}\n`)
          .join(''),
      );
    }
    closeSync(file);
    expect(statSync(pathOf('large.jsonl')).size).to.be.greaterThan(3 * heapMebibytes * 2 ** 20);
    const end = await runProgram(COMMAND, {
      args: ['profile', '--model-type', 'document', '--from', pathOf('large.jsonl'), '-o', pathOf('reference.json')],
      flags: [`--max-old-space-size=${heapMebibytes}`],
    });
    expect(end).to.include({ code: 0, errors: '' });
    expect(written().hash).to.equal(createReferenceProfile(rows, { modelType: 'document' }).hash);
  });

  it('leaves nothing behind when it is interrupted', async () => {
    const program = startProgram(COMMAND, {
      args: ['profile', '--model-type', 'document', '--from', '-', '-o', pathOf('reference.json')],
      environment: { TMPDIR: folder },
    });
    program.write('{"predictedClass":"a"}');
    await eventually(() => readdirSync(folder)[0]);
    program.kill('SIGINT');
    expect(await program.ended).to.include({ code: 130, output: '', errors: '' });
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    for (const writer of ['nobody', 'somebody silent']) {
      it(`ends at the first ${signal} while it waits for a pipe of ${writer}, and leaves nothing behind`, async () => {
        execFileSync('mkfifo', [pathOf('pipe')]);
        const writing = writer === 'nobody' ? undefined : openSync(pathOf('pipe'), 'r+');
        const program = startProgram(COMMAND, {
          args: ['profile', '--model-type', 'document', '--from', pathOf('pipe'), '-o', pathOf('reference.json')],
          environment: { TMPDIR: folder },
        });
        // A folder of its own is there, so that it reads, or waits to be able to.
        await eventually(() => readdirSync(folder).find((name) => name.startsWith('inferometer-')));
        program.kill(signal);
        expect(await program.ended).to.include({ code, output: '', errors: '' });
        expect(readdirSync(folder)).to.deep.equal(['pipe']);
        if (writing !== undefined) {
          closeSync(writing);
        }
      });
    }
  }

  it('explains itself, and what is wrong with a command line', async () => {
    const help = await runProgram(COMMAND, { args: ['profile', '--help'] });
    expect(help.code).to.equal(0);
    expect(help.output).to.include('Exit codes: 0').and.include('--confidence <column>');
    const file = write('a.csv', 'predictedClass\na\n');
    const mistakes: [args: string[], message: string][] = [
      [['profile', '--from', file, '-o', 'x'], '--model-type <name> is missing; see inferometer profile --help.'],
      [['profile', '--model-type', 'm', '-o', 'x'], '--from <file> is missing; see inferometer profile --help.'],
      [['profile', '--model-type', 'm', '--from', file], '-o <file> is missing; see inferometer profile --help.'],
      [
        ['profile', '--model-type', 'm', '--from', file, '-o', file],
        `-o must be another file than --from, received "${file}" for both.`,
      ],
      [
        ['profile', '--model-type', 'm', '--from', file, '-o', 'x', '--bins', '21'],
        '--bins must be a whole number from 2 to 20, received "21".',
      ],
    ];
    const ends = await Promise.all(mistakes.map(([args]) => runProgram(COMMAND, { args })));
    for (const [index, [, message]] of mistakes.entries()) {
      expect(ends[index]).to.include({ code: 2, errors: `inferometer: ${message}\n` });
    }
    const nowhere = await runProgram(COMMAND, {
      args: ['profile', '--model-type', 'm', '--from', file, '-o', pathOf('absent/x.json')],
    });
    expect(nowhere.code).to.equal(1);
    expect(nowhere.errors).to.contain('nothing can be written to the folder of');
  });

  it('shows progress on a terminal, in one line, and none in a log', () => {
    const told: string[] = [];
    let nowMs = 0;
    const stream = { isTTY: true, columns: 60, write: (text: string) => told.push(text) };
    const line = createProgressLine(stream, () => nowMs);
    const progress = { pass: 1, bytesRead: 0, totalBytes: 0, rows: 12_345, badRows: 2 } as const;
    line.show({ ...progress, done: 0.125 });
    nowMs = 50;
    line.show({ ...progress, done: 0.2 });
    nowMs = 3000;
    line.show({ ...progress, done: 0.25 });
    line.clear();
    expect(told).to.have.length(3);
    expect(told[1]).to.include(`\r\u001B[2K${'█'.repeat(6)}${'░'.repeat(18)} 25% learning bins: 12,345 rows`);
    expect(told[1]).to.have.length(5 + 59);
    expect(told[2]).to.equal('\r\u001B[2K');
    const log = createProgressLine({ write: (text) => told.push(text) }, () => nowMs);
    log.show({ ...progress, done: 0.5 });
    log.clear();
    expect(told).to.have.length(3);
  });
});
