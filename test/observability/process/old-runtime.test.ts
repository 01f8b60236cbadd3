import { expect } from 'chai';
import { unsupportedRuntime } from '../../../packages/observability/src/runtime-support.ts';

describe('a Node.js that is too old', () => {
  it('is told what is needed', () => {
    expect(unsupportedRuntime('20.20.2')).to.equal(
      'Node.js 20.20.2 is too old for @inferometer/observability, which needs 22.15 or later',
    );
    expect(unsupportedRuntime('22.14.0')).to.contain('too old');
  });

  it('is none from 22.15 on', () => {
    for (const version of ['22.15.0', '22.23.3', '24.0.0', '26.10.0', process.versions.node]) {
      expect(unsupportedRuntime(version)).to.equal(undefined);
    }
  });
});
