import { expect } from 'chai';
import { runInSlices } from '../../../packages/observability/src/observer/exposition/run-in-slices.ts';

describe('writing in slices', () => {
  it('lets the event loop turn after each five milliseconds', async () => {
    let now = 0;
    let turns = 0;
    function* steps(): Generator<undefined, string, undefined> {
      for (let step = 0; step < 20; step++) {
        now += 1;
        setImmediate(() => (turns += 1));
        yield;
      }
      return 'written';
    }
    expect(await runInSlices(steps(), { now: () => now })).to.equal('written');
    // What was planned before each of the four pauses has had its turn by then, but for what the last slice planned.
    expect(turns).to.be.within(15, 20);
  });

  it('does not pause for what is done sooner', async () => {
    let isTurned = false;
    setImmediate(() => (isTurned = true));
    await runInSlices(
      (function* steps(): Generator<undefined, void, undefined> {
        yield;
      })(),
      { now: () => 0 },
    );
    expect(isTurned).to.equal(false);
  });
});
