import { expect } from 'chai';
import type { DriftReading } from '../../examples/multimodal-api/src/demo/drift-reading.ts';
import { createScreen } from '../../examples/multimodal-api/src/demo/screen.ts';
import { sparkline } from '../../examples/multimodal-api/src/demo/sparkline.ts';
import { endPrograms, runProgram } from '../support/child-process.ts';

const DEMO = new URL('../../examples/multimodal-api/src/drift-demo.ts', import.meta.url);
const MAIN = new URL('../../examples/multimodal-api/src/main.ts', import.meta.url);

describe('the multimodal example: drift demo', () => {
  afterEach(endPrograms);

  it('drifts while the service runs: scores rise, each alert counts once, and the return clears them', async function () {
    // Some ten seconds; each act would go on for 90 before it is given up.
    this.timeout(300_000);
    const { code, output, errors } = await runProgram(DEMO, {
      args: ['--pane-ms', '50', '--requests-per-second', '600'],
    });
    expect({ code, errors }, output).to.deep.equal({ code: 0, errors: '' });
    for (const alert of ['document distribution', 'image confidence', 'image performance']) {
      expect(output.split(`drift alert: ${alert} `), output).to.have.length(2);
    }
    expect(output).to.match(
      /drift alert: document distribution 0\.\d\d over \d+ predictions: .*(politics|sports) \d\d%/,
    );
    expect(output).to.match(
      /drift alert: image performance 0\.\d\d over \d+ predictions: incorrect \d\d% instead of 4%/,
    );
    expect(output).to.contain('seen: digits: the estimate without labels follows, part of the way');
    expect(output.trimEnd()).to.match(/seen: each alert was counted once\nAll as expected\.$/);
    // A log has lines, no table that is drawn over.
    expect(output).to.not.contain('\u001B');
  });

  it('refuses numbers that make no sense', async () => {
    const demo = await runProgram(DEMO, { args: ['--pane-ms', 'soon'] });
    expect(demo.code).to.equal(2);
    expect(demo.errors).to.contain('--pane-ms must be from 10 to 60000');
    const service = await runProgram(MAIN, { args: ['--drift-pane-ms', '5'] });
    expect(service.code).to.equal(2);
    expect(service.errors).to.contain('--drift-pane-ms must be an integer from 10 to 60000, received "5"');
  });

  it('draws one table over and over on a terminal, below what it said', () => {
    let written = '';
    let nowMs = 0;
    const stream = { isTTY: true, columns: 118, write: (text: string) => (written += text) };
    const screen = createScreen(stream, () => nowMs);
    screen.show(reading(0.5));
    nowMs = 1500;
    screen.say('a word');
    const rewind = '\u001B[4A\r\u001B[J';
    expect(written.split(rewind)).to.have.length(2);
    const [first = '', second = ''] = written.split(rewind);
    expect(second).to.contain('  1.5 s').and.contain('a word\n').and.contain(first);
    expect(first.split('\n')).to.have.length(5);
    expect(first).to.contain('\u001B[31m0.50          █ \u001B[1mALERT');
    expect(first).to.contain('0.00          ▁');
  });

  it('writes lines, now and then, where there is no terminal', () => {
    const told: string[] = [];
    let nowMs = 0;
    const screen = createScreen({ write: (text) => told.push(text) }, () => nowMs);
    screen.show(reading(0.5));
    nowMs = 100;
    screen.show(reading(0.6));
    expect(told).to.have.length(2);
    expect(told[0]).to.equal(
      '  0.0 s    document distribution 0.50!  confidence 0.00   performance    -   accuracy 0.91  estimated 0.88\n',
    );
  });

  it('draws scores as blocks, unknown ones as gaps, small ones small', () => {
    expect(sparkline([0, 0.15, 0.3], 4, 0.3)).to.equal(' ▁▅█');
    expect(sparkline([undefined, 0.01, 3], 3, 0.3)).to.equal(' ▁█');
  });
});

function reading(distribution: number): DriftReading {
  const model = {
    scores: { distribution, confidence: -0.001, performance: undefined, feature: undefined },
    active: new Set(['distribution'] as const),
    alerts: { distribution: 1, confidence: 0, performance: 0, feature: 0 },
    accuracy: 0.91,
    estimatedAccuracy: 0.88,
  };
  return { document: model, image: model };
}
