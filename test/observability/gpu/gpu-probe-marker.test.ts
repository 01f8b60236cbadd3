import { GPU_PROBE_VARIABLE as samplersVariable } from '@inferometer/gpu-metrics';
import { expect } from 'chai';
import { GPU_PROBE_VARIABLE, markGpuProbe } from '../../../packages/observability/src/main-thread/gpu-probe-marker.ts';

describe('the mark of a process that samples GPUs', () => {
  it('is the one that the sampler looks for', () => {
    expect(GPU_PROBE_VARIABLE).to.equal(samplersVariable);
  });

  it('is there until it is taken back', () => {
    const environment: NodeJS.ProcessEnv = {};
    const unmark = markGpuProbe(environment, 17);
    expect(environment).to.deep.equal({ [GPU_PROBE_VARIABLE]: '17' });
    unmark();
    expect(environment).to.deep.equal({});
  });

  it('leaves the mark of another process alone', () => {
    const environment: NodeJS.ProcessEnv = { [GPU_PROBE_VARIABLE]: '4' };
    const unmark = markGpuProbe(environment, 17);
    unmark();
    expect(environment).to.deep.equal({ [GPU_PROBE_VARIABLE]: '4' });
  });
});
