/**
 * Python's `random.Random`, so that published examples can be repeated: MT19937 (M. Matsumoto and T. Nishimura, ACM Trans.
 * Modeling and Computer Simulation 8, 1998), seeded as CPython does.
 */
export class PythonRandom {
  readonly #state = new Uint32Array(624);
  #index = 624;

  constructor(seed: number) {
    const state = this.#state;
    state[0] = 19_650_218;
    for (let i = 1; i < 624; i += 1) {
      state[i] = Math.imul(1_812_433_253, state[i - 1]! ^ (state[i - 1]! >>> 30)) + i;
    }
    let i = 1;
    const mixed = (): number => state[i - 1]! ^ (state[i - 1]! >>> 30);
    const next = (): void => {
      i += 1;
      if (i >= 624) {
        state[0] = state[623]!;
        i = 1;
      }
    };
    for (let round = 0; round < 624; round += 1) {
      state[i] = (state[i]! ^ Math.imul(mixed(), 1_664_525)) + seed;
      next();
    }
    for (let round = 0; round < 623; round += 1) {
      state[i] = (state[i]! ^ Math.imul(mixed(), 1_566_083_941)) - i;
      next();
    }
    state[0] = 0x8000_0000;
  }

  random(): number {
    const high = this.#bits() >>> 5;
    const low = this.#bits() >>> 6;
    return (high * 67_108_864 + low) / 9_007_199_254_740_992;
  }

  choices(population: readonly number[], count: number, weights?: readonly number[]): number[] {
    const total = weights?.reduce((sum, weight) => sum + weight, 0) ?? 0;
    return Array.from({ length: count }, () => {
      if (weights === undefined) {
        return population[Math.floor(this.random() * population.length)]!;
      }
      const target = this.random() * total;
      let sum = 0;
      const index = weights.findIndex((weight) => (sum += weight) > target);
      return population[index === -1 ? population.length - 1 : index]!;
    });
  }

  /** For populations of fewer than some hundred, as CPython draws from them. */
  sample(population: readonly number[], count: number): number[] {
    const pool = [...population];
    return Array.from({ length: count }, (_, drawn) => {
      const left = pool.length - drawn;
      const place = this.#below(left);
      const value = pool[place]!;
      pool[place] = pool[left - 1]!;
      return value;
    });
  }

  #below(limit: number): number {
    const bits = 32 - Math.clz32(limit);
    for (;;) {
      const value = this.#bits() >>> (32 - bits);
      if (value < limit) {
        return value;
      }
    }
  }

  #bits(): number {
    const state = this.#state;
    if (this.#index === 624) {
      for (let i = 0; i < 624; i += 1) {
        const y = (state[i]! & 0x8000_0000) | (state[(i + 1) % 624]! & 0x7fff_ffff);
        state[i] = state[(i + 397) % 624]! ^ (y >>> 1) ^ (y & 1 ? 0x9908_b0df : 0);
      }
      this.#index = 0;
    }
    let y = state[this.#index]!;
    this.#index += 1;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c_5680;
    y ^= (y << 15) & 0xefc6_0000;
    return (y ^ (y >>> 18)) >>> 0;
  }
}
