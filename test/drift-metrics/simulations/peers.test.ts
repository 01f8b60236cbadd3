import { expect } from 'chai';
import { Adwin } from '../../../packages/drift-metrics/simulations/peers/adwin.ts';
import { DriftDetectionMethod } from '../../../packages/drift-metrics/simulations/peers/drift-detection-method.ts';
import { KolmogorovSmirnovWindowing } from '../../../packages/drift-metrics/simulations/peers/kolmogorov-smirnov-windowing.ts';
import { PageHinkley } from '../../../packages/drift-metrics/simulations/peers/page-hinkley.ts';
import type { PeerDetector } from '../../../packages/drift-metrics/simulations/peers/peer-detector.ts';
import { PythonRandom } from '../../../packages/drift-metrics/simulations/peers/python-random.ts';

// The detectors that ours is compared with see what River publishes in their documentation.
describe('Detectors of others', () => {
  function firstChange(detector: PeerDetector, stream: readonly number[]): number {
    return stream.findIndex((value) => detector.update(value));
  }

  const random = new PythonRandom(12_345);
  const stream = [...random.choices([0, 1], 1000), ...random.choices([4, 5, 6, 7], 1000)];

  it('ADWIN sees the change of its example at 1023', () => {
    expect(firstChange(new Adwin(), stream)).to.equal(1023);
  });

  it('KSWIN sees the change of its example at 1016', () => {
    expect(firstChange(new KolmogorovSmirnovWindowing(0.0001, 42), stream)).to.equal(1016);
  });

  it('Page-Hinkley sees the change of its example at 1006', () => {
    expect(firstChange(new PageHinkley(), stream)).to.equal(1006);
  });

  it('DDM sees the change of its example at 1334', () => {
    const biased = new PythonRandom(42);
    const errors = [...biased.choices([0, 1], 1000), ...biased.choices([0, 1], 1000, [0.3, 0.7])];
    expect(firstChange(new DriftDetectionMethod(), errors)).to.equal(1334);
  });
});
