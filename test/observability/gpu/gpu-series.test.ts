import { readdirSync, readFileSync } from 'node:fs';
import { initObservability, type Observability, type ObservabilityOptions } from '@inferometer/observability';
import type { GpuOptions } from '../../../packages/observability/src/options/observability-options.ts';
import { expect } from 'chai';
import { H100, h100At, makeNvmlStub, type NvmlStub, type Scenario } from '../../gpu-metrics/support/nvml-stub.ts';
import { type CapturedDiag, captureDiag } from '../../support/captured-diag.ts';
import { endPrograms } from '../../support/child-process.ts';
import { eventually } from '../../support/eventually.ts';
import { SABOTAGE_FLAGS, startService } from '../../support/observed-service.ts';
import type { OtlpMetric } from '../../support/otlp-metrics.ts';
import { type OtlpReceiver, type OtlpRequest, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { requireTool } from '../../support/required-tool.ts';
import { readScrape, type Scrape, scrape } from '../../support/scrape.ts';

/** Ways of looking that a machine which runs these tests might have itself. */
const NOTHING = { nvml: false, nvidiaSmi: false, sysfs: false, systeminformation: false } as const;

const ONE_GPU: Scenario = { gpus: 1, driver: '550.54.15', ...H100 };

/** What is told of the GPU of the stub, as Prometheus sees it. */
const SERIES_OF_H100: Readonly<Record<string, number>> = {
  'gpu_utilization_percent{gpu_id="0"}': 40,
  'gpu_memory_used_bytes{gpu_id="0"}': 1_073_741_824,
  'gpu_memory_total_bytes{gpu_id="0"}': 85_520_809_984,
  'gpu_memory_free_bytes{gpu_id="0"}': 85_520_809_984 - 1_073_741_824 - 655_360_000,
  'gpu_memory_bandwidth_utilization_percent{gpu_id="0"}': 7,
  'gpu_process_memory_used_bytes{gpu_id="0"}': 0,
  'gpu_temperature_celsius{gpu_id="0"}': 35,
  'gpu_memory_temperature_celsius{gpu_id="0"}': 44,
  'gpu_power_watts{gpu_id="0"}': 120.55,
  'gpu_power_limit_watts{gpu_id="0"}': 700,
  'gpu_energy_joules_total{gpu_id="0"}': 123_456.789,
  'gpu_clock_sm_hertz{gpu_id="0"}': 1_980_000_000,
  'gpu_clock_memory_hertz{gpu_id="0"}': 2_619_000_000,
  'gpu_throttled{gpu_id="0",reason="hardware_slowdown"}': 0,
  'gpu_throttled{gpu_id="0",reason="hardware_thermal"}': 0,
  'gpu_throttled{gpu_id="0",reason="power_brake"}': 0,
  'gpu_throttled{gpu_id="0",reason="power_cap"}': 1,
  'gpu_throttled{gpu_id="0",reason="software_thermal"}': 1,
  'gpu_throttled{gpu_id="0",reason="sync_boost"}': 0,
  'gpu_ecc_errors_total{error_type="corrected",gpu_id="0"}': 3,
  'gpu_ecc_errors_total{error_type="uncorrected",gpu_id="0"}': 0,
  'gpu_xid_errors_total{gpu_id="0"}': 0,
  'gpu_pcie_transmitted_bytes_total{gpu_id="0"}': 0,
  'gpu_pcie_received_bytes_total{gpu_id="0"}': 0,
  'gpu_info{driver_version="550.54.15",gpu_id="0",name="NVIDIA H100 80GB HBM3",uuid="GPU-6a1c8f1e-0000-4000-8000-000000000000",vendor="nvidia"}': 1,
  gpu_probe_up: 1,
};

const CARD = { 'hw.id': H100['gpu.0.uuid'], 'hw.name': 'gpu0', 'hw.type': 'gpu' };
const MODEL = { ...CARD, 'hw.model': 'NVIDIA H100 80GB HBM3', 'hw.vendor': 'nvidia', 'hw.driver_version': '550.54.15' };
const SENSOR = { 'hw.id': `${H100['gpu.0.uuid']}/gpu`, 'hw.name': 'gpu0/gpu', 'hw.parent': H100['gpu.0.uuid'] };

/**
 * What OpenTelemetry's conventions for hardware (1.45.0) say of each metric: instrument, unit, and the attributes of its
 * first point. https://opentelemetry.io/docs/specs/semconv/hardware/gpu/, common/ and temperature/
 */
const CONVENTIONS: Readonly<Record<string, [instrument: string, unit: string, attributes: object]>> = {
  'hw.energy': ['counter', 'J', CARD],
  'hw.errors': ['counter', '{error}', { ...CARD, 'error.type': 'corrected' }],
  'hw.gpu.io': ['counter', 'By', { ...MODEL, 'network.io.direction': 'receive' }],
  'hw.gpu.memory.limit': ['up-down counter', 'By', MODEL],
  'hw.gpu.memory.usage': ['up-down counter', 'By', MODEL],
  'hw.gpu.memory.utilization': ['gauge', '1', MODEL],
  'hw.gpu.utilization': ['gauge', '1', { ...MODEL, 'hw.gpu.task': 'general' }],
  'hw.power': ['gauge', 'W', CARD],
  'hw.temperature': ['gauge', 'Cel', { ...SENSOR, 'hw.sensor_location': 'gpu' }],
};

describe('GPU series', () => {
  let gcc: string;
  let stub: NvmlStub;
  let observability: Observability | undefined;
  let receiver: OtlpReceiver | undefined;
  let diag: CapturedDiag;

  before(function () {
    gcc = requireTool(this, 'gcc');
  });

  beforeEach(() => {
    stub = makeNvmlStub(gcc, ONE_GPU);
    diag = captureDiag();
  });

  afterEach(async () => {
    await observability?.shutdown();
    observability = undefined;
    await receiver?.close();
    receiver = undefined;
    await endPrograms();
    await eventually(() => probesOf(stub).length === 0 || undefined);
    stub.remove();
    diag.release();
  });

  function gpu(more: GpuOptions = {}): GpuOptions {
    return { intervalMs: 100, sources: { ...NOTHING, nvml: stub.path }, ...more };
  }

  /** Starts observability and gives what scrapes it. */
  async function observe(options: ObservabilityOptions): Promise<() => Promise<Scrape>> {
    observability = initObservability({
      serviceName: 'gpu-user',
      prometheus: { host: '127.0.0.1', port: 0 },
      resources: false,
      ...options,
    });
    const { metricsUrl } = await observability.ready;
    return () => scrape(metricsUrl!);
  }

  for (const observer of ['thread', 'inline'] as const) {
    it(`are those of the GPU, with the documented labels (${observer})`, async () => {
      const look = await observe({ observer, gpu: gpu() });
      await eventually(async () => expect(gpuSeries(await look())).to.deep.equal(SERIES_OF_H100));
      expect(diag.messages).to.deep.equal([]);
    });
  }

  it("have OpenTelemetry's names for hardware too in what is pushed, and not in the scrape", async () => {
    receiver = await startOtlpReceiver();
    const look = await observe({ gpu: gpu(), otlp: { url: receiver.url, intervalMs: 100 } });
    const pushed = await eventually(() => {
      const metrics = hardwareMetrics(receiver!.requests.at(-1));
      return metrics.length > 0 ? metrics : undefined;
    });
    const described = pushed.map((metric) => [
      metric.name,
      [instrumentOf(metric), metric.unit, metric.points[0]?.attributes],
    ]);
    expect(Object.fromEntries(described)).to.deep.equal(CONVENTIONS);
    expect(valuesOf(pushed, 'hw.gpu.utilization')).to.deep.equal([0.4]);
    const told = await look();
    expect([...told.families.keys()].filter((name) => name.startsWith('hw_'))).to.deep.equal([]);
    expect(gpuSeries(told)).to.deep.equal(SERIES_OF_H100);
  });

  for (const temporality of ['cumulative', 'delta'] as const) {
    it(`tell the memory in use as it stands where it goes down and away (${temporality})`, async () => {
      receiver = await startOtlpReceiver();
      await observe({ gpu: gpu(), otlp: { url: receiver.url, intervalMs: 100, temporality } });
      const told = (): readonly OtlpMetric[] => hardwareMetrics(receiver!.requests.at(-1));
      for (const usedBytes of [1_073_741_824, 500_000_000, 750_000_000]) {
        stub.play({ ...ONE_GPU, 'gpu.0.used': usedBytes });
        await eventually(() => expect(valuesOf(told(), 'hw.gpu.memory.usage')).to.deep.equal([usedBytes]));
      }
      expect(told().find(({ name }) => name === 'hw.gpu.memory.usage')?.temporality).to.equal('cumulative');
      expect(valuesOf(told(), 'hw.gpu.memory.limit')).to.deep.equal([85_520_809_984]);
      stub.play({ ...ONE_GPU, 'hang.nvmlDeviceGetPowerUsage': 1 });
      await eventually(() => expect(told()).to.deep.equal([]));
    });
  }

  it("have OpenTelemetry's names for hardware nowhere where they are not wanted", async () => {
    receiver = await startOtlpReceiver();
    await observe({ gpu: gpu({ semanticConventions: false }), otlp: { url: receiver.url, intervalMs: 100 } });
    const request = await eventually(() => receiver!.requests.find((one) => hasMetric(one, 'gpu.utilization')));
    expect(request.metrics.filter(({ name }) => name.startsWith('hw.'))).to.deep.equal([]);
  });

  it("have OpenTelemetry's names for hardware in the scrape too, where they are asked for", async () => {
    const look = await observe({ gpu: gpu({ semanticConventions: true }) });
    const told = await eventually(async () => {
      const found = await look();
      return found.families.has('hw_gpu_utilization_ratio') ? found : undefined;
    });
    const id = { hw_id: H100['gpu.0.uuid'] as string };
    expect(told.value('hw_gpu_utilization_ratio', id)).to.equal(0.4);
    expect(told.value('hw_gpu_memory_usage_bytes', id)).to.equal(1_073_741_824);
    expect(told.families.get('hw_gpu_memory_usage_bytes')?.type).to.equal('gauge');
    expect(told.value('hw_energy_joules_total', id)).to.equal(123_456.789);
    expect(told.families.get('hw_energy_joules_total')?.type).to.equal('counter');
  });

  it('are the same for both readers', async () => {
    receiver = await startOtlpReceiver();
    const look = await observe({ gpu: gpu(), otlp: { url: receiver.url, intervalMs: 100 } });
    await eventually(async () => expect(gpuSeries(await look())).to.deep.equal(SERIES_OF_H100));
    const pushed = await eventually(() => {
      const metrics = receiver!.requests.at(-1)?.metrics.filter(({ name }) => name.startsWith('gpu.')) ?? [];
      return metrics.length > 0 ? metrics : undefined;
    });
    const scraped = [...(await look()).families.entries()].filter(([name]) => name.startsWith('gpu_'));
    expect(pushed.map(({ points }) => points.length)).to.deep.equal(scraped.map(([, { samples }]) => samples.length));
    const energy = pushed.find(({ name }) => name === 'gpu.energy');
    expect(energy).to.include({ unit: 'J', isMonotonic: true, temporality: 'cumulative' });
  });

  it('carry what was added where a backend prefers deltas, and not what the driver counted before', async () => {
    receiver = await startOtlpReceiver();
    const requests = (): readonly OtlpRequest[] => receiver!.requests;
    const exportsOf = (name: string): number => requests().filter((request) => hasMetric(request, name)).length;
    await observe({ gpu: gpu(), otlp: { url: receiver.url, intervalMs: 200, temporality: 'delta' } });
    await eventually(() => exportsOf('gpu.energy') > 1 || undefined);
    stub.play({ ...ONE_GPU, 'gpu.0.energy': 123_458_789 });
    await eventually(() => {
      const points = requests().flatMap(({ metrics }) =>
        metrics.filter(({ name }) => name === 'gpu.energy').flatMap((metric) => metric.points),
      );
      return expect(points.reduce((sum, { value }) => sum + (value ?? 0), 0)).to.be.closeTo(2, 1e-6);
    });
  });

  it('follow what is set by hand until it is given back', async () => {
    const look = await observe({ gpu: gpu() });
    const isTold = async (percent: number): Promise<unknown> =>
      (await look()).value('gpu_utilization_percent') === percent || undefined;
    await eventually(() => isTold(40));
    observability!.updateResourceMetrics({ gpuPercent: { 0: 99 } });
    await eventually(() => isTold(99));
    stub.play({ ...ONE_GPU, 'gpu.0.utilization': 41, 'gpu.0.temperature': 90 });
    await eventually(async () => (await look()).value('gpu_temperature_celsius') === 90 || undefined);
    expect((await look()).value('gpu_utilization_percent')).to.equal(99);
    observability!.updateResourceMetrics({ gpuPercent: { 0: null } });
    await eventually(() => isTold(41));
  });

  it('come and go with the GPUs and with what they tell', async () => {
    const look = await observe({ gpu: gpu() });
    await eventually(async () => (await look()).value('gpu_temperature_celsius', { gpu_id: '0' }));
    stub.play({ ...ONE_GPU, ...h100At(1), gpus: 2, 'gpu.1.temperature': 60 });
    await eventually(async () => (await look()).value('gpu_temperature_celsius', { gpu_id: '1' }) === 60 || undefined);
    stub.play(ONE_GPU);
    await eventually(async () => expect(gpuSeries(await look())).to.deep.equal(SERIES_OF_H100));
  });

  it('disappear while a driver call hangs, and no scrape waits for it', async () => {
    const look = await observe({ gpu: gpu() });
    await eventually(async () => (await look()).value('gpu_probe_up'));
    stub.play({ ...ONE_GPU, 'hang.nvmlDeviceGetPowerUsage': 1 });
    await eventually(() => stub.hasHung || undefined);
    let longestMs = 0;
    await eventually(async () => {
      const start = performance.now();
      const told = await look();
      longestMs = Math.max(longestMs, performance.now() - start);
      return expect(gpuSeries(told)).to.deep.equal({ gpu_probe_up: 0 });
    });
    expect(longestMs).to.be.lessThan(1000);
  });

  it('are told once and go on from where they were after the observer was started anew', async () => {
    const service = startService(
      { gpu: gpu(), resources: false },
      { flags: SABOTAGE_FLAGS, environment: stub.environment },
    );
    const energy = async (): Promise<number | undefined> => {
      const told = await service.scrape();
      return told.value('gpu_energy_joules_total', { gpu_id: '0' });
    };
    expect(await eventually(energy)).to.equal(123_456.789);
    await service.tell('sabotage', 'crash');
    await eventually(
      async () => (await service.scrape()).value('inferometer_observer_restarts_total') === 1 || undefined,
    );
    expect(await eventually(energy)).to.equal(123_456.789);
    await eventually(async () => expect(gpuSeries(await service.scrape())).to.deep.equal(SERIES_OF_H100));
    expect(probesOf(stub)).to.have.length(1);
  });

  it('never go down when the observer is started anew, also those that start again with each probe or driver', async () => {
    const service = startService(
      { gpu: gpu({ slowIntervalMs: 100 }), resources: false },
      { flags: SABOTAGE_FLAGS, environment: stub.environment },
    );
    const counters = async (): Promise<(number | undefined)[]> => {
      const told = await service.scrape();
      const ofGpu = { gpu_id: '0' };
      return [
        told.value('gpu_xid_errors_total', ofGpu),
        told.value('gpu_pcie_transmitted_bytes_total', ofGpu),
        told.value('gpu_pcie_received_bytes_total', ofGpu),
        told.value('gpu_energy_joules_total', ofGpu),
      ];
    };
    const come = (expected: readonly number[]): Promise<unknown> =>
      eventually(async () => expect(await counters()).to.deep.equal(expected));
    await come([0, 0, 0, 123_456.789]);
    // An XID error, traffic, and a driver that was reloaded: its energy counts from 0 again.
    const later = { 'gpu.0.field.197': 3_000_000, 'gpu.0.field.198': 5_000_000_700, 'gpu.0.energy': 1000 };
    stub.play({ ...ONE_GPU, ...later, xids: '0:79' });
    await come([1, 2_000_000, 700, 123_457.789]);
    // What was told is not told again to a new probe.
    stub.play({ ...ONE_GPU, ...later });
    await service.tell('sabotage', 'crash');
    await eventually(
      async () => (await service.scrape()).value('inferometer_observer_restarts_total') === 1 || undefined,
    );
    await come([1, 2_000_000, 700, 123_457.789]);
    stub.play({ ...ONE_GPU, ...later, 'gpu.0.field.197': 4_000_000, 'gpu.0.energy': 3000, xids: '0:31' });
    await come([2, 3_000_000, 700, 123_459.789]);
  });

  it('cost one warning where the package cannot be loaded, and everything else goes on', async () => {
    const service = startService(
      { gpu: gpu() },
      { flags: SABOTAGE_FLAGS, environment: { SABOTAGE_MISSING_PACKAGE: '@inferometer/gpu-metrics' } },
    );
    await service.tell('record', 2);
    await service.program.complain(/there are no GPU metrics/);
    expect((await service.scrape()).sum('inference_requests_total')).to.equal(2);
    expect(gpuSeries(await service.scrape())).to.deep.equal({});
    expect(service.program.errors).to.match(
      /^inferometer: there are no GPU metrics: .+ is missing; set gpu: false .+\.\n$/,
    );
  });

  it('are none where GPUs are switched off', async () => {
    const look = await observe({ gpu: false });
    expect(gpuSeries(await look())).to.deep.equal({});
    expect(process.env['INFEROMETER_GPU_PROBE']).to.equal(undefined);
  });

  it('are none, and nothing is said, where there is no GPU', async () => {
    observability = initObservability({ prometheus: false, observer: 'inline', gpu: { sources: NOTHING } });
    await observability.ready;
    observability.updateResourceMetrics({ memoryBytes: 5 });
    const told = readScrape(await observability.metricsText());
    expect(gpuSeries(told)).to.deep.equal({});
    expect(diag.messages).to.deep.equal([]);
  });

  it('leave no mark in the environment and no probe after a shutdown', async () => {
    const look = await observe({ gpu: gpu() });
    await eventually(async () => (await look()).value('gpu_probe_up'));
    expect(process.env['INFEROMETER_GPU_PROBE']).to.equal(String(process.pid));
    expect(probesOf(stub)).to.have.length(1);
    await observability!.shutdown();
    expect(process.env['INFEROMETER_GPU_PROBE']).to.equal(undefined);
    await eventually(() => probesOf(stub).length === 0 || undefined);
  });

  it('are refused with a suggestion where an option is misspelt', () => {
    expect(() => initObservability({ gpu: { interval: 100 } as GpuOptions })).to.throw(
      'gpu.interval is not an option; did you mean gpu.intervalMs?',
    );
    expect(() => initObservability({ gpu: { sources: { nvidiasmi: false } as object } })).to.throw(
      'gpu.sources.nvidiasmi is not an option; did you mean gpu.sources.nvidiaSmi?',
    );
  });
});

function hasMetric(request: OtlpRequest, name: string): boolean {
  return request.metrics.some((metric) => metric.name === name);
}

function hardwareMetrics(request: OtlpRequest | undefined): readonly OtlpMetric[] {
  return request?.metrics.filter(({ name }) => name.startsWith('hw.')) ?? [];
}

function instrumentOf({ type, isMonotonic }: OtlpMetric): string {
  return type === 'sum' ? (isMonotonic === true ? 'counter' : 'up-down counter') : type;
}

function valuesOf(metrics: readonly OtlpMetric[], name: string): unknown[] {
  return metrics.filter((metric) => metric.name === name).flatMap(({ points }) => points.map(({ value }) => value));
}

/** Series whose names begin with `gpu_`, labels in the order of their names and empty ones left out. */
function gpuSeries(told: Scrape): Record<string, number> {
  const series: Record<string, number> = {};
  for (const [family, { samples }] of told.families) {
    for (const { name, labels, value } of family.startsWith('gpu_') ? samples : []) {
      const written = Object.entries(labels)
        .filter(([, text]) => text !== '')
        .sort(([one], [other]) => (one < other ? -1 : 1))
        .map(([label, text]) => `${label}="${text}"`);
      series[written.length === 0 ? name : `${name}{${written.join(',')}}`] = value;
    }
  }
  return series;
}

/** Processes that use the library of the stub. */
function probesOf({ path }: NvmlStub): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8');
        return command.includes('gpu-probe') && command.includes(path);
      } catch {
        return false;
      }
    })
    .map(Number);
}
