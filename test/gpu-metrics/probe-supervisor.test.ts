import { expect } from 'chai';
import type { ProbeStart } from '../../packages/gpu-metrics/src/probe/probe-messages.ts';
import type { ProbeChildEvents } from '../../packages/gpu-metrics/src/sampler/probe-child.ts';
import { type GpuProbeState, ProbeSupervisor } from '../../packages/gpu-metrics/src/sampler/probe-supervisor.ts';
import type { GpuSnapshot } from '../../packages/gpu-metrics/src/snapshot/gpu-snapshot.ts';
import { type CapturedDiag, captureDiag } from '../support/captured-diag.ts';
import { createManualClock, type ManualClock } from '../support/manual-clock.ts';

const INTERVAL_MS = 10_000;

/** A probe that says what a test has it say. */
interface ScriptedProbe {
  readonly start: ProbeStart;
  readonly events: ProbeChildEvents;
  stops: number;
  kills: number;
}

describe('The keeper of the GPU probe', () => {
  let clock: ManualClock;
  let diag: CapturedDiag;
  let probes: ScriptedProbe[];
  let supervisor: ProbeSupervisor;
  let states: GpuProbeState[];
  let snapshots: GpuSnapshot[];

  beforeEach(() => {
    clock = createManualClock();
    diag = captureDiag();
    probes = [];
    states = [];
    snapshots = [];
    supervisor = newSupervisor();
    supervisor.listen({
      onSnapshot: (snapshot) => snapshots.push(snapshot),
      onStateChange: (state) => states.push(state),
    });
  });

  afterEach(() => {
    supervisor.stop();
    diag.release();
  });

  function newSupervisor(counters?: SharedArrayBuffer): ProbeSupervisor {
    return new ProbeSupervisor({
      clock,
      counters,
      start: { intervalMs: INTERVAL_MS, slowEveryTicks: 6, processId: 1, sources: {} },
      startChild: (start, events) => {
        const probe: ScriptedProbe = { start, events, stops: 0, kills: 0 };
        probes.push(probe);
        return { stop: () => (probe.stops += 1), kill: () => (probe.kills += 1) };
      },
    });
  }

  function last(): ScriptedProbe {
    return probes.at(-1)!;
  }

  function say(value: unknown): void {
    last().events.onText(`${JSON.stringify(value)}\n`);
  }

  function sample(fields: object = {}): void {
    say({ snapshot: { sampledAtMs: 5, devices: [{ id: '0', vendor: 'nvidia', source: 'nvml', ...fields }] } });
  }

  function end(reason = 'exit code 1', isCrash = false): void {
    last().events.onEnd({ reason, isCrash });
  }

  it('is up once there is a snapshot, and down when none came for three intervals', () => {
    expect(supervisor.state).to.equal('starting');
    sample({ utilizationPercent: 0 });
    expect(supervisor.state).to.equal('up');
    expect(supervisor.latest()?.devices).to.deep.equal([
      { id: '0', vendor: 'nvidia', source: 'nvml', utilizationPercent: 0 },
    ]);
    clock.advance(3 * INTERVAL_MS);
    expect(supervisor.state).to.equal('up');
    clock.advance(1);
    expect(supervisor.state).to.equal('down');
    expect(supervisor.latest()).to.equal(undefined);
    clock.advance(INTERVAL_MS);
    expect(states).to.deep.equal(['up', 'down']);
  });

  it('is down when a probe that was started does not answer for three intervals', () => {
    clock.advance(3 * INTERVAL_MS + 1);
    expect(supervisor.state).to.equal('down');
  });

  it('is down when all GPUs are lost', () => {
    sample();
    say({ snapshot: { sampledAtMs: 6, devices: [] } });
    expect(supervisor.state).to.equal('down');
    sample();
    expect(states).to.deep.equal(['up', 'down', 'up']);
  });

  it('ends a probe that is silent, and starts the next only when that one has ended', () => {
    sample();
    clock.advance(4 * INTERVAL_MS);
    expect(last().kills).to.equal(1);
    clock.advance(100 * INTERVAL_MS);
    expect(probes).to.have.length(1);
    end('signal SIGKILL');
    clock.advance(1000);
    expect(probes).to.have.length(2);
    sample();
    expect(supervisor.state).to.equal('up');
  });

  it('gives the first answer a minute, because a driver may have to be initialised', () => {
    clock.advance(60_000);
    expect(last().kills).to.equal(0);
    clock.advance(INTERVAL_MS);
    expect(last().kills).to.equal(1);
  });

  it('starts a probe that dies anew, at growing pauses', () => {
    const pauses: number[] = [];
    for (let death = 0; death < 11; death++) {
      end();
      const diedAt = clock.now();
      const before = probes.length;
      while (probes.length === before) {
        clock.advance(500);
      }
      pauses.push(clock.now() - diedAt);
    }
    expect(pauses.slice(0, 4)).to.deep.equal([1000, 2000, 4000, 8000]);
    expect(pauses.slice(-2)).to.deep.equal([300_000, 300_000]);
    expect(diag.messages[0]).to.include('the GPU probe ended (exit code 1); it starts anew in 1000 ms.');
  });

  it('says the same trouble but once a minute', () => {
    for (let death = 0; death < 4; death++) {
      end();
      clock.advance(8000);
    }
    expect(diag.messages.filter((message) => message.includes('probe ended'))).to.have.length(1);
  });

  it('looks again, ever more seldom, where no GPU was found, and is absent meanwhile', () => {
    say({ none: true });
    end('exit code 0');
    expect(supervisor.state).to.equal('absent');
    clock.advance(59_999);
    expect(probes).to.have.length(1);
    clock.advance(1);
    expect(probes).to.have.length(2);
    expect(supervisor.state).to.equal('absent');
    say({ none: true });
    end('exit code 0');
    clock.advance(119_999);
    expect(probes).to.have.length(2);
    clock.advance(1);
    sample();
    expect(supervisor.state).to.equal('up');
    expect(diag.messages).to.deep.equal([]);
  });

  it('is down, not absent, when GPUs that were there are not found any more', () => {
    sample();
    end();
    clock.advance(1000);
    say({ none: true });
    end('exit code 0');
    expect(supervisor.state).to.equal('down');
  });

  it('reads no lines but messages, and of those only what can be', () => {
    last().events.onText(
      'NVRM: babble of a driver\n{"snapshot": 7}\n[]\nnull\n{"snapshot":{"sampledAtMs":1,"devices":"all"}}\n',
    );
    expect(snapshots).to.deep.equal([]);
    const devices = [
      {
        id: '0',
        vendor: 'nvidia',
        source: 'nvml',
        utilizationPercent: 101,
        memoryUsedBytes: -1,
        name: 'x'.repeat(200),
      },
      { id: '0', vendor: 'nvidia', source: 'nvml', utilizationPercent: 50 },
      { id: 1, vendor: 'nvidia', source: 'nvml' },
      { id: '2', vendor: 'nvidia', source: 'magic' },
      { id: '3', vendor: 'amd', source: 'amdgpu', temperatureCelsius: -3, evil: { __proto__: null }, powerWatts: '7' },
      null,
    ];
    say({ snapshot: { sampledAtMs: 1, devices } });
    expect(snapshots[0]?.devices).to.deep.equal([
      { id: '0', vendor: 'nvidia', source: 'nvml' },
      { id: '3', vendor: 'amd', source: 'amdgpu', temperatureCelsius: -3 },
    ]);
  });

  it('leaves out what no sensor can have measured', () => {
    sample({ powerWatts: 65_535, powerLimitWatts: 700, temperatureCelsius: -273.15, memoryTemperatureCelsius: -5 });
    expect(supervisor.latest()?.devices[0]).to.include({ powerLimitWatts: 700, memoryTemperatureCelsius: -5 });
    expect(supervisor.latest()?.devices[0]).not.to.have.any.keys('powerWatts', 'temperatureCelsius');
  });

  it('keeps texts that cannot be printed out of the labels', () => {
    sample({ uuid: 'GPU-\u0001', name: 'NVIDIA \ufffd', driverVersion: '550.54.15' });
    expect(supervisor.latest()?.devices).to.deep.equal([
      { id: '0', vendor: 'nvidia', source: 'nvml', driverVersion: '550.54.15' },
    ]);
  });

  it('puts lines together that come in pieces', () => {
    const line = JSON.stringify({ snapshot: { sampledAtMs: 1, devices: [] } });
    for (const letter of `${line}\n`) {
      last().events.onText(letter);
    }
    expect(snapshots).to.have.length(1);
  });

  it('ends a probe that writes without end, and keeps none of it', () => {
    const megabyte = 'x'.repeat(1_048_576);
    for (let written = 0; written < 5; written++) {
      last().events.onText(megabyte);
    }
    expect(last().kills).to.equal(1);
    end('signal SIGKILL');
    expect(diag.messages[0]).to.include('it wrote without end');
  });

  it('counts on where counters start again with the driver or the probe', () => {
    sample({ uuid: 'GPU-a', energyJoules: 1000, xidErrors: 2 });
    sample({ uuid: 'GPU-a', energyJoules: 1500, xidErrors: 3 });
    // The driver was reloaded.
    sample({ uuid: 'GPU-a', energyJoules: 20, xidErrors: 3 });
    end();
    clock.advance(1000);
    // A new probe counts critical errors from 0; the driver goes on counting energy.
    sample({ uuid: 'GPU-a', energyJoules: 30, xidErrors: 3 });
    const totals = snapshots.map(({ devices: [device] }) => [device?.energyJoules, device?.xidErrors]);
    expect(totals).to.deep.equal([
      [1000, 2],
      [1500, 3],
      [1520, 3],
      [1530, 6],
    ]);
  });

  it('counts on where a predecessor ended that kept its totals in the same memory', () => {
    const counters = new SharedArrayBuffer(2 * 256);
    const values: unknown[] = [];
    const live = (readings: readonly object[]): void => {
      supervisor.stop();
      supervisor = newSupervisor(counters);
      supervisor.listen({
        onSnapshot: ({ devices }) => values.push(devices.map((device) => [device.energyJoules, device.xidErrors])),
      });
      for (const reading of readings) {
        sample(reading);
      }
    };
    live([
      { uuid: 'GPU-a', energyJoules: 1000, xidErrors: 2 },
      { uuid: 'GPU-a', energyJoules: 400, xidErrors: 2 },
    ]);
    live([
      { uuid: 'GPU-a', energyJoules: 500, xidErrors: 2 },
      { uuid: `MIG-GPU-${'b'.repeat(90)}`, energyJoules: 7, xidErrors: 0 },
    ]);
    live([
      { uuid: `MIG-GPU-${'b'.repeat(90)}`, energyJoules: 6, xidErrors: 1 },
      { uuid: 'GPU-a', energyJoules: 500, xidErrors: 0 },
      // There is room for two: the one that was away for longest is forgotten.
      { uuid: 'GPU-c', energyJoules: 5, xidErrors: 0 },
      { uuid: 'GPU-a', energyJoules: 501, xidErrors: 1 },
    ]);
    expect(values).to.deep.equal(
      [
        [1000, 2],
        [1400, 2],
        [1500, 4],
        [7, 0],
        [13, 1],
        [1500, 4],
        [5, 0],
        [1501, 5],
      ].map((pair) => [pair]),
    );
  });

  it('leaves the library to nvidia-smi after three crashes in a row', () => {
    for (let crash = 0; crash < 3; crash++) {
      end('signal SIGSEGV', true);
      clock.advance(8000);
    }
    expect(probes.map(({ start }) => start.sources.nvml)).to.deep.equal([undefined, undefined, undefined, false]);
  });

  it('outlives listeners that throw', () => {
    supervisor.listen({
      onSnapshot: () => {
        throw new Error('no');
      },
    });
    sample();
    sample();
    expect(snapshots).to.have.length(2);
    expect(diag.messages[0]).to.include('a listener to GPU snapshots threw Error: no.');
  });

  it('leaves no timer behind', () => {
    sample();
    supervisor.stop();
    expect(last().stops).to.equal(1);
    expect(clock.pendingTimers).to.equal(0);
    end('exit code 0');
    expect(clock.pendingTimers).to.equal(0);
    expect(supervisor.latest()).to.equal(undefined);
  });
});
