import type { RandomNumber } from '../../src/mathematics/seeded-random.ts';

/** A stream of labelled inputs whose concept changes. The model under watch is the concept from before. */
export interface ConceptStream {
  readonly name: string;
  /** One input: whether the old and the new concept give it different labels. */
  readonly disagrees: (random: RandomNumber) => boolean;
}

/** Share of labels that are wrong in any case, so that the model errs before the change too. */
export const LABEL_NOISE = 0.1;

/** The generators as published; see the sources in each. */
export const conceptStreams: readonly ConceptStream[] = [
  {
    // N. Street and Y. Kim, KDD 2001: y = x1 + x2 ≤ θ, θ from 8 to 9.
    name: 'SEA',
    disagrees: (random) => {
      const sum = 10 * random() + 10 * random();
      return sum <= 8 !== sum <= 9;
    },
  },
  {
    // J. Gama et al., SBIA 2004: below a sine; from SINE1 to SINE2.
    name: 'SINE',
    disagrees: (random) => {
      const [x, y] = [random(), random()];
      return y <= Math.sin(x) !== y < 0.5 + 0.3 * Math.sin(3 * Math.PI * x);
    },
  },
  {
    // J. Schlimmer and R. Granger, AAAI 1986: small and red, then green or circular.
    name: 'STAGGER',
    disagrees: (random) => {
      const [size, colour, shape] = [Math.floor(3 * random()), Math.floor(3 * random()), Math.floor(3 * random())];
      return (size === 0 && colour === 0) !== (colour === 1 || shape === 0);
    },
  },
  {
    // R. Agrawal et al., IEEE TKDE 5 (1993): functions 1 and 2.
    name: 'AGRAWAL',
    disagrees: (random) => {
      const salary = 20_000 + 130_000 * random();
      const age = 20 + Math.floor(61 * random());
      const [low, high] = age < 40 ? [50, 100] : age < 60 ? [75, 125] : [25, 75];
      return (age < 40 || age >= 60) !== (salary >= low * 1000 && salary <= high * 1000);
    },
  },
];
