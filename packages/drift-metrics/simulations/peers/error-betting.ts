import { createErrorEvidence } from '../../src/detector/error-evidence.ts';
import { PaneRing } from '../../src/detector/pane-ring.ts';
import { shiryaevRoberts } from '../../src/detector/shiryaev-roberts.ts';
import type { PeerDetector } from './peer-detector.ts';

const EVENTS_PER_PANE = 20;
const PANES = 60;

/** Ours, in the dress of the others. It alone is given a reference: 5,000 labels from before the change. */
export class ErrorBetting implements PeerDetector {
  readonly #logThreshold: number;
  readonly #evidence;
  readonly #ring = new PaneRing(new Float64Array(PaneRing.lengthFor(PANES, 2)), 0, PANES, 2);
  readonly #pane = [0, 0];

  /** @param events between false alarms that are asked for */
  constructor(events: number, referenceErrors: number) {
    this.#logThreshold = Math.log(events / EVENTS_PER_PANE);
    this.#evidence = createErrorEvidence(5000, 5000 - referenceErrors, 0);
  }

  update(value: number): boolean {
    this.#pane[value]! += 1;
    if (this.#pane[0]! + this.#pane[1]! < EVENTS_PER_PANE) {
      return false;
    }
    this.#ring.push(0, 1, 1, this.#pane);
    this.#pane.fill(0);
    return shiryaevRoberts(this.#ring, this.#evidence, 0, 0).logEvidence >= this.#logThreshold;
  }
}
