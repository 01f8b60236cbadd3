import type { GpuSamplerOptions } from '@inferometer/gpu-metrics';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { LoopDelays } from './children/gpu-service.ts';
import { startMeasuringProcess } from './measure/child-process.ts';
import type { Requirement, Scenario, ScenarioContext, ScenarioResult } from './scenario.ts';

const GPUS = 8;

/** At so short an interval some hundred ticks fit into a few seconds; each costs what it costs at ten seconds. */
const TICK_MS = 100;

/** As long as the sampler waits before it gives up a probe: the whole of a hang. */
const HANG_MS = 10_000;

const WARM_UP_TICKS = 20;

/** On two cores that others use too, an event loop may be this late for reasons of its own. */
const LATE_MS = 50;

/**
 * Microseconds of CPU time for each call, the same for all ways. Published: utilisation, memory and processes (MangoHud
 * pull request 2104, driver 610). Estimated: the other values, as calls that read a cache of the driver, and field values.
 * Initialisation and handles are chosen so that the stand-in for `nvidia-smi --query-gpu` takes what was published for
 * one GPU (8 ms, Netdata issue 10362), two (12 ms, bpytop issue 26) and eight (30 ms, Telegraf issue 8534).
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
  nvmlDeviceGetHandleByIndex_v2: 3000,
  nvmlInit_v2: 4000,
} as const;

/**
 * What `nvidia-smi -q -x`, which Telegraf and Netdata start for each sample, takes beyond `--query-gpu`, in microseconds:
 * 100 ms instead of 30 for eight GPUs (Telegraf issue 8534).
 */
const ALL_VALUES_COST = 70_000;

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
  try {
    context.progress('a tick through NVML', 0.1);
    const probe = await measureProbe(workshop, ticks, context.nodeFlags);
    context.progress('nvidia-smi for each sample', 0.4);
    const queryCpuMs = measureNvidiaSmi(workshop, spawns, 0);
    const allCpuMs = measureNvidiaSmi(workshop, spawns, ALL_VALUES_COST);
    context.progress('systeminformation.graphics()', 0.6);
    const graphics = await measureSysteminformation(workshop, spawns);
    context.progress('a driver call that hangs', 0.8);
    const hang = await measureHang(workshop, hangMs, context.nodeFlags);
    return report({ ticks, spawns, hangMs, probe, queryCpuMs, allCpuMs, graphics, hang });
  } finally {
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
  execFileSync('gcc', ['-O2', '-o', standIn, source('./gpu/nvidia-smi-stand-in.c'), '-ldl']);
  const controllers = Array.from({ length: GPUS }, (_, gpu) => controllerText(gpu + 1)).join('\n');
  writeFileSync(join(folder, 'lspci'), `#!/bin/sh\ncat <<'END'\n${controllers}\nEND\n`, { mode: 0o755 });
  const workshop = { folder, library, standIn, scenario: join(folder, 'scenario') };
  play(workshop, {});
  process.env['NVML_STUB'] = workshop.scenario;
  process.env['STAND_IN_LIBRARY'] = library;
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
async function measureProbe(workshop: Workshop, ticks: number, nodeFlags: readonly string[]): Promise<ProbeCost> {
  process.env['NVML_STUB_FIXED'] = '1';
  // The expensive questions are not part of a tick of the fast tier.
  const options = JSON.stringify({ ...samplerOptions(workshop), slowIntervalMs: 3_600_000 });
  const sampler = startMeasuringProcess('gpu-sampler.ts', [options], nodeFlags);
  delete process.env['NVML_STUB_FIXED'];
  try {
    const first = await sampler.request<number>({ snapshots: WARM_UP_TICKS });
    const probe = probeId(workshop);
    const before = cpuNanoseconds(probe);
    const last = await sampler.request<number>({ snapshots: first + ticks });
    const cpuMsPerTick = (cpuNanoseconds(probe) - before) / 1e6 / (last - first);
    const memory = readFileSync(`/proc/${probe}/smaps_rollup`, 'utf8');
    const mebibytes = (key: string): number => Number(new RegExp(`^${key}:\\s+(\\d+)`, 'm').exec(memory)?.[1]) / 1024;
    return {
      cpuMsPerTick,
      residentMebibytes: mebibytes('Rss'),
      ownMebibytes: mebibytes('Private_Clean') + mebibytes('Private_Dirty'),
    };
  } finally {
    await sampler.end();
  }
}

function samplerOptions({ library }: Workshop): GpuSamplerOptions {
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
function measureNvidiaSmi({ standIn }: Workshop, spawns: number, furtherMicroseconds: number): number {
  const env = { ...process.env, STAND_IN_FURTHER: String(furtherMicroseconds) };
  const before = process.cpuUsage();
  const children = childCpuMs();
  for (let sample = 0; sample < spawns; sample++) {
    spawnSync(standIn, { env });
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

/** CPU time of all children that have ended, and of theirs, in steps of 10 ms. */
function childCpuMs(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[13]) + Number(fields[14])) * 10;
}

interface HangCost {
  /** How late event loops were at most, while nothing hung and while a driver call did. */
  readonly quiet: LoopDelays;
  readonly hanging: LoopDelays;
  readonly seriesGone: boolean;
}

/** A driver call hangs in the probe of a service: how late are the event loops of its threads, and do the series go? */
async function measureHang(workshop: Workshop, hangMs: number, nodeFlags: readonly string[]): Promise<HangCost> {
  const preload = fileURLToPath(new URL('./children/loop-delay.pnp.cjs', import.meta.url));
  const options = JSON.stringify({ ...samplerOptions(workshop), semanticConventions: false });
  const service = startMeasuringProcess('gpu-service.ts', [options], [...nodeFlags, '--require', preload]);
  try {
    const url = await service.request<string>('url');
    const measure = async (): Promise<LoopDelays> => {
      await service.request('begin');
      await delay(hangMs);
      return service.request<LoopDelays>('report');
    };
    await scrapeUntil(url, 'gpu_utilization_percent');
    const quiet = await measure();
    play(workshop, { 'hang.nvmlDeviceGetPowerUsage': 1 });
    await scrapeUntil(url, 'gpu_probe_up 0');
    const hanging = await measure();
    const told = await (await fetch(url)).text();
    return { quiet, hanging, seriesGone: !told.includes('gpu_utilization_percent{') };
  } finally {
    play(workshop, {});
    await service.end();
  }
}

async function scrapeUntil(url: string, text: string): Promise<void> {
  while (!(await (await fetch(url)).text()).includes(text)) {
    await delay(TICK_MS);
  }
}

interface Numbers {
  readonly ticks: number;
  readonly spawns: number;
  readonly hangMs: number;
  readonly probe: ProbeCost;
  readonly queryCpuMs: number;
  readonly allCpuMs: number;
  readonly graphics: GraphicsCost;
  readonly hang: HangCost;
}

function report({ ticks, spawns, hangMs, probe, queryCpuMs, allCpuMs, graphics, hang }: Numbers): ScenarioResult {
  const times = (peerMs: number): number => peerMs / probe.cpuMsPerTick;
  const milliseconds = (value: number): string => value.toFixed(2);
  const ways = [
    { label: 'gpu-probe through NVML', cpuMs: probe.cpuMsPerTick, highlighted: true },
    { label: 'nvidia-smi --query-gpu each time', cpuMs: queryCpuMs, highlighted: false },
    { label: 'systeminformation.graphics()', cpuMs: graphics.cpuMs, highlighted: false },
    { label: 'nvidia-smi -q -x each time', cpuMs: allCpuMs, highlighted: false },
  ];
  return {
    scenario: 'gpu',
    title: gpuScenario.title,
    explanation:
      'CPU time of one sample of eight GPUs, all processes together. The driver is a stub that spends on each call what was ' +
      'published for real drivers, or an estimate where nothing was; nvidia-smi is a stand-in that makes the same calls and ' +
      'takes what was published for whole runs of it. The sources are in bench/gpu.bench.ts. A hundredth was the aim, and ' +
      'is reached against `nvidia-smi -q -x` at best: docs/gpu.md says why.',
    settings: { gpus: GPUS, ticks, spawns, hangMs },
    table: {
      columns: ['way', 'CPU ms per sample', 'times ours'],
      rows: ways.map(({ label, cpuMs }) => [label, milliseconds(cpuMs), times(cpuMs).toFixed(0)]),
    },
    measurements: [
      {
        library: 'gpu-metrics',
        values: {
          ...probe,
          mainLoopDelayMs: hang.hanging.mainMs,
          observerLoopDelayMs: hang.hanging.observerMs,
          quietMainLoopDelayMs: hang.quiet.mainMs,
          quietObserverLoopDelayMs: hang.quiet.observerMs,
        },
      },
      { library: 'nvidia-smi --query-gpu', values: { cpuMs: queryCpuMs } },
      { library: 'systeminformation', values: { ...graphics } },
      { library: 'nvidia-smi -q -x', values: { cpuMs: allCpuMs } },
    ],
    requirements: [
      isFewTimes(`nvidia-smi --query-gpu`, times(queryCpuMs)),
      isFewTimes(`systeminformation.graphics()`, times(graphics.cpuMs)),
      isFewTimes(`nvidia-smi -q -x`, times(allCpuMs)),
      {
        text: 'A driver call that hangs delays neither event loop of the service, and the series disappear',
        measured:
          `main thread ${milliseconds(hang.hanging.mainMs)} ms at most, ${milliseconds(hang.quiet.mainMs)} without; ` +
          `observer ${milliseconds(hang.hanging.observerMs)} ms, ${milliseconds(hang.quiet.observerMs)} without`,
        met:
          hang.seriesGone &&
          hang.hanging.mainMs < Math.max(LATE_MS, 5 * hang.quiet.mainMs) &&
          hang.hanging.observerMs < Math.max(LATE_MS, 5 * hang.quiet.observerMs),
      },
      {
        text: 'The probe holds at most 20 MiB of memory of its own',
        measured: `${probe.ownMebibytes.toFixed(0)} MiB, ${probe.residentMebibytes.toFixed(0)} MiB with what it shares`,
        met: probe.ownMebibytes <= 20,
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

function isFewTimes(peer: string, times: number): Requirement {
  return {
    text: `A tick takes at most a twentieth of the CPU time of ${peer} for each sample (the aim: a hundredth)`,
    measured: `${times.toFixed(0)} times less`,
    met: times >= 20,
  };
}
