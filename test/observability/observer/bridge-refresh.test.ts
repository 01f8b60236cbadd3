import { expect } from 'chai';
import { mock } from 'node:test';
import type { BridgeProducer } from '../../../packages/observability/src/bridge/bridge-producer.ts';
import { keepBridgeFresh } from '../../../packages/observability/src/observer/bridge-refresh.ts';

describe("the application's own metrics", () => {
  beforeEach(() => mock.timers.enable({ apis: ['setInterval'] }));
  afterEach(() => mock.timers.reset());

  it('are asked for every ten seconds although nobody scrapes, until the observer ends', () => {
    let asked = 0;
    const bridge = {
      collect: () => {
        asked += 1;
        return Promise.resolve();
      },
    } as unknown as BridgeProducer;
    const refresh = keepBridgeFresh(bridge);
    mock.timers.tick(35_000);
    expect(asked).to.equal(3);
    refresh.stop();
    mock.timers.tick(100_000);
    expect(asked).to.equal(3);
  });
});
