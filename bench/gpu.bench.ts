import { startGpuSampler } from '@inferometer/gpu-metrics';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Scenario, ScenarioContext, ScenarioResult } from './scenario.ts';

const GPUS = 8;

/** At so short an interval some hundred ticks fit into a few seconds; each costs what it costs at ten seconds. */
const TICK_MS = 100;

/** As long as the sampler waits before it gives up a probe: the whole of a hang. */
const HANG_MS = 10_000;

/**
 * Microseconds of CPU time for each call, as published for real drivers (550 to 610), else estimated: most calls read a cache of the
 * driver; memory, samples and handles go to the kernel.
 */
const CALL_COSTS = {
  nvmlDeviceGetSamples: 12,
  nvmlDeviceGetUtilizationRates: 3,
  nvmlDeviceGetMemoryInfo_v2: 12,
  nvmlDeviceGetTemperatureV: 3,
  nvmlDeviceGetPowerUsage: 3,
  nvmlDeviceGetEnforcedPowerLimit: 3,
  nvmlDeviceGetTotalEnergyConsumption: 3,
  nvmlDeviceGetClockInfo: 1,
  nvmlDeviceGetCurrentClocksEventReasons: 3,
  nvmlDeviceGetFieldValues: 450,
  nvmlDeviceGetComputeRunningProcesses_v3: 4500,
  nvmlDeviceGetHandleByIndex_v2: 6000,
  nvmlInit_v2: 4000,
} as const;

interface Workshop {
  readonly folder: string;
  readonly library: string;
  readonly scenario: string;
  readonly standIn: string;
}

/** Sampling eight GPUs: what a tick costs, and what a driver that hangs does to the service. */
export const gpuScenario: Scenario = {
  name: 'gpu',
  title: 'Sampling eight GPUs',
  run,
};

async function run(context: ScenarioContext): Promise<ScenarioResult> {
  const { effort } = context;
  const ticks = { full: 200, quick: 40, tiny: 5 }[effort];
  const spawns = { full: 20, quick: 5, tiny: 1 }[effort];
  const hangMs = { full: HANG_MS, quick: 2000, tiny: 300 }[effort];
  const workshop = makeWorkshop();
  // The sampler does not keep a process alive.
  const alive = setInterval(() => undefined, HANG_MS);
  try {
    context.progress('a tick through NVML', 0.1);
    const probe = await measureProbe(workshop, ticks);
    context.progress('nvidia-smi for each sample', 0.4);
    const smiCpuMs = measureNvidiaSmi(workshop, spawns);
    context.progress('systeminformation.graphics()', 0.6);
    const graphics = await measureSysteminformation(workshop, spawns);
    context.progress('a driver call that hangs', 0.8);
    const quietMs = await measureLoopDelay(hangMs);
    const hang = await measureHang(workshop, hangMs);
    return report({ ticks, spawns, hangMs, probe, smiCpuMs, graphics, quietMs, hang });
  } finally {
    clearInterval(alive);
    rmSync(workshop.folder, { recursive: true, force: true });
  }
}

function makeWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'gpu-bench-'));
  const library = join(folder, 'libnvidia-ml.so.1');
  const standIn = join(folder, 'nvidia-smi');
  const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const stub = source('../test/gpu-metrics/fixtures/nvml-stub.c');
  execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-o', library, stub]);
  execFileSync('gcc', ['-O2', '-o', standIn, source('./gpu/nvidia-smi-stand-in.c')]);
  const controllers = Array.from({ length: GPUS }, (_, gpu) => controllerText(gpu + 1)).join('\n');
  writeFileSync(join(folder, 'lspci'), `#!/bin/sh\ncat <<'END'\n${controllers}\nEND\n`, { mode: 0o755 });
  const workshop = { folder, library, standIn, scenario: join(folder, 'scenario') };
  play(workshop, {});
  process.env['NVML_STUB'] = workshop.scenario;
  process.env['STAND_IN_CPU'] = join(folder, 'cpu');
  return workshop;
}

/** What `lspci -vvv` prints of a GPU, without which systeminformation finds none. */
function controllerText(bus: number): string {
  return [
    `${String(bus).padStart(2, '0')}:00.0 3D controller: NVIDIA Corporation GH100 [H100 SXM5 80GB] (rev a1)`,
    '\tSubsystem: NVIDIA Corporation Device 16c1',
    '\tKernel driver in use: nvidia',
    '',
  ].join('\n');
}

function play({ scenario }: Workshop, further: Readonly<Record<string, number>>): void {
  const lines: string[] = [`gpus=${GPUS}`, 'driver=550.54.15'];
  for (const [name, microseconds] of Object.entries(CALL_COSTS)) {
    lines.push(`delay.${name}=${microseconds}`);
  }
  const values = {
    name: 'NVIDIA H100 80GB HBM3',
    utilization: 97,
    memory_utilization: 41,
    total: 85_520_809_984,
    used: 73_624_000_000,
    temperature: 61,
    power: 652_330,
    power_limit: 700_000,
    energy: 123_456_789,
    'clock.sm': 1755,
    'clock.memory': 2619,
    throttle: 4,
    'ecc.corrected.aggregate': 0,
    'ecc.uncorrected.aggregate': 0,
    'field.82': 72,
    'field.197': 1_000_000,
    'field.198': 2_000_000,
    processes: '',
  };
  for (let gpu = 0; gpu < GPUS; gpu++) {
    lines.push(
      `gpu.${gpu}.uuid=GPU-${gpu}`,
      ...Object.entries(values).map(([key, value]) => `gpu.${gpu}.${key}=${value}`),
    );
  }
  lines.push(...Object.entries(further).map(([key, value]) => `${key}=${value}`));
  writeFileSync(`${scenario}.new`, `${lines.join('\n')}\n`);
  renameSync(`${scenario}.new`, scenario);
}

interface ProbeCost {
  readonly cpuMsPerTick: number;
  readonly residentMebibytes: number;
  readonly ownMebibytes: number;
}

/** The CPU time of the whole probe: the calls, the line of JSON, Node.js itself. */
async function measureProbe(workshop: Workshop, ticks: number): Promise<ProbeCost> {
  process.env['NVML_STUB_FIXED'] = '1';
  let seen = 0;
  let isWarm = Promise.withResolvers<void>();
  let wanted = 20;
  const sampler = startGpuSampler({
    ...samplerOptions(workshop),
    // The expensive questions are not part of a tick of the fast tier.
    slowIntervalMs: 3_600_000,
    onSnapshot: () => {
      seen += 1;
      if (seen === wanted) {
        isWarm.resolve();
      }
    },
  });
  await isWarm.promise;
  delete process.env['NVML_STUB_FIXED'];
  const probe = probeId(workshop);
  const before = cpuNanoseconds(probe);
  isWarm = Promise.withResolvers<void>();
  wanted = seen + ticks;
  await isWarm.promise;
  const cpuMsPerTick = (cpuNanoseconds(probe) - before) / 1e6 / ticks;
  const memory = readFileSync(`/proc/${probe}/smaps_rollup`, 'utf8');
  const mebibytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(memory)?.[1]) / 1024;
  sampler.stop();
  return {
    cpuMsPerTick,
    residentMebibytes: mebibytes('Rss'),
    ownMebibytes: mebibytes('Private_Clean') + mebibytes('Private_Dirty'),
  };
}

function samplerOptions({ library }: Workshop): Parameters<typeof startGpuSampler>[0] & object {
  return {
    intervalMs: TICK_MS,
    sources: { nvml: library, nvidiaSmi: false, sysfs: false, systeminformation: false },
  };
}

function probeId({ library }: Workshop): string {
  const found = readdirSync('/proc').find((name) => {
    try {
      const command = /^\d+$/.test(name) ? readFileSync(`/proc/${name}/cmdline`, 'utf8') : '';
      return command.includes('gpu-probe.') && command.includes(library);
    } catch {
      return false;
    }
  });
  if (found === undefined) {
    throw new Error('The probe is not there.');
  }
  return found;
}

function cpuNanoseconds(processId: string): number {
  const threads = readdirSync(`/proc/${processId}/task`);
  const times = threads.map((thread) => readFileSync(`/proc/${processId}/task/${thread}/schedstat`, 'utf8'));
  return times.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0);
}

/** CPU milliseconds for each sample, of this process and of what it starts. */
function measureNvidiaSmi({ standIn }: Workshop, spawns: number): number {
  const before = process.cpuUsage();
  const children = childCpuMs();
  for (let sample = 0; sample < spawns; sample++) {
    spawnSync(standIn);
  }
  return (ownCpuMs(before) + childCpuMs() - children) / spawns;
}

interface GraphicsCost {
  readonly cpuMs: number;
  /** For how long one question blocks the thread that asks. */
  readonly blockedMs: number;
}

async function measureSysteminformation({ folder }: Workshop, spawns: number): Promise<GraphicsCost> {
  const path = process.env['PATH'];
  process.env['PATH'] = `${folder}${delimiter}${path}`;
  // It remembers the environment that it is loaded in.
  const { default: systeminformation } = await import('systeminformation');
  await systeminformation.graphics();
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const before = process.cpuUsage();
  const children = childCpuMs();
  for (let sample = 0; sample < spawns; sample++) {
    await systeminformation.graphics();
    await delay(5);
  }
  const cpuMs = (ownCpuMs(before) + childCpuMs() - children) / spawns;
  loop.disable();
  process.env['PATH'] = path;
  return { cpuMs, blockedMs: loop.max / 1e6 };
}

function ownCpuMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function childCpuMs(): number {
  try {
    const lines = readFileSync(process.env['STAND_IN_CPU'] ?? '', 'utf8')
      .trim()
      .split('\n');
    return lines.reduce((sum, line) => sum + Number(line), 0) / 1000;
  } catch {
    return 0;
  }
}

async function measureLoopDelay(durationMs: number): Promise<number> {
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  await delay(durationMs);
  loop.disable();
  return loop.max / 1e6;
}

interface HangCost {
  readonly loopDelayMs: number;
  readonly seriesGone: boolean;
}

/** A driver call hangs in the probe: how late is this process' event loop, and do the series go? */
async function measureHang(workshop: Workshop, hangMs: number): Promise<HangCost> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const sampler = startGpuSampler({ ...samplerOptions(workshop), onSnapshot: () => resolve() });
  await promise;
  play(workshop, { 'hang.nvmlDeviceGetPowerUsage': 1 });
  await delay(TICK_MS);
  const loopDelayMs = await measureLoopDelay(hangMs);
  const seriesGone = sampler.latest() === undefined && sampler.state === 'down';
  play(workshop, {});
  sampler.stop();
  return { loopDelayMs, seriesGone };
}

interface Numbers {
  readonly ticks: number;
  readonly spawns: number;
  readonly hangMs: number;
  readonly probe: ProbeCost;
  readonly smiCpuMs: number;
  readonly graphics: GraphicsCost;
  readonly quietMs: number;
  readonly hang: HangCost;
}

function report({ ticks, spawns, hangMs, probe, smiCpuMs, graphics, quietMs, hang }: Numbers): ScenarioResult {
  const times = (peerMs: number): string => `${(peerMs / probe.cpuMsPerTick).toFixed(0)} times`;
  const milliseconds = (value: number): string => value.toFixed(2);
  const ways = [
    { label: 'gpu-probe through NVML', cpuMs: probe.cpuMsPerTick, highlighted: true },
    { label: 'nvidia-smi for each sample', cpuMs: smiCpuMs, highlighted: false },
    { label: 'systeminformation.graphics()', cpuMs: graphics.cpuMs, highlighted: false },
  ];
  return {
    scenario: 'gpu',
    title: 'Sampling eight GPUs',
    explanation:
      "CPU time of one sample of eight GPUs, all processes together. The driver is a stub that spends on each call what was published for real drivers, or an estimate where nothing was; nvidia-smi is a stand-in that spends what NVML's initialisation and handles take.",
    settings: { gpus: GPUS, ticks, spawns, hangMs },
    table: {
      columns: ['way', 'CPU ms per sample', 'times ours'],
      rows: ways.map(({ label, cpuMs }) => [label, milliseconds(cpuMs), (cpuMs / probe.cpuMsPerTick).toFixed(0)]),
    },
    measurements: [
      { library: 'gpu-metrics', values: { ...probe, loopDelayMs: hang.loopDelayMs, quietLoopDelayMs: quietMs } },
      { library: 'nvidia-smi', values: { cpuMs: smiCpuMs } },
      { library: 'systeminformation', values: { ...graphics } },
    ],
    requirements: [
      {
        text: 'A tick takes at most a hundredth of the CPU time of an nvidia-smi for each sample',
        measured: times(smiCpuMs),
        met: smiCpuMs >= 100 * probe.cpuMsPerTick,
      },
      {
        text: 'A tick takes at most a hundredth of the CPU time of systeminformation.graphics()',
        measured: times(graphics.cpuMs),
        met: graphics.cpuMs >= 100 * probe.cpuMsPerTick,
      },
      {
        text: 'A driver call that hangs does not delay the event loop, and the series disappear',
        measured: `${milliseconds(hang.loopDelayMs)} ms at most, ${milliseconds(quietMs)} ms without GPUs`,
        met: hang.seriesGone && hang.loopDelayMs < Math.max(20, 5 * quietMs),
      },
      {
        text: 'The probe holds at most 40 MiB of memory of its own',
        measured: `${probe.ownMebibytes.toFixed(0)} MiB, ${probe.residentMebibytes.toFixed(0)} MiB with what it shares`,
        met: probe.ownMebibytes <= 40,
      },
    ],
    chart: {
      title: 'CPU time of one sample of eight GPUs',
      subtitle: 'milliseconds, less is better',
      bars: ways.map(({ label, cpuMs, highlighted }) => ({
        label,
        value: cpuMs,
        text: `${milliseconds(cpuMs)} ms`,
        highlighted,
      })),
    },
  };
}
