import {
  GPU_SERIES,
  type GpuDevice,
  type GpuProbeState,
  type GpuSampler,
  HARDWARE_SERIES,
} from '@inferometer/gpu-metrics';
import {
  AggregationTemporality,
  DataPointType,
  MeterProvider,
  type MetricData,
  MetricReader,
} from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { observeSampler } from '../../packages/gpu-metrics/src/series/observe-sampler.ts';

/** Asks for deltas: only then does the SDK forget an asynchronous series that is no longer observed. */
class TestReader extends MetricReader {
  constructor() {
    super({ aggregationTemporalitySelector: () => AggregationTemporality.DELTA });
  }

  protected async onForceFlush(): Promise<void> {}
  protected async onShutdown(): Promise<void> {}
}

const H100: GpuDevice = {
  id: '0',
  vendor: 'nvidia',
  source: 'nvml',
  uuid: 'GPU-a',
  name: 'NVIDIA H100',
  driverVersion: '550.54.15',
  utilizationPercent: 0,
  memoryUsedBytes: 25,
  memoryTotalBytes: 100,
  memoryFreeBytes: 70,
  memoryBandwidthPercent: 7,
  processMemoryBytes: 5,
  smActivityPercent: 33.5,
  smOccupancyPercent: 20,
  tensorActivityPercent: 12,
  temperatureCelsius: 35,
  memoryTemperatureCelsius: 44,
  powerWatts: 120.5,
  powerLimitWatts: 700,
  energyJoules: 1234.5,
  smClockHertz: 1.98e9,
  memoryClockHertz: 2.619e9,
  throttleReasons: { power_cap: true, power_brake: false },
  eccCorrectedErrors: 3,
  eccUncorrectedErrors: 0,
  xidErrors: 1,
  lastXid: 79,
  pcieTransmittedBytes: 10,
  pcieReceivedBytes: 20,
};

describe('Series of GPUs', () => {
  let devices: GpuDevice[] | undefined;
  let state: GpuProbeState;
  let reader: TestReader;
  let provider: MeterProvider;
  let forget: () => void;

  beforeEach(() => {
    devices = [H100];
    state = 'up';
    const sampler: GpuSampler = {
      get state() {
        return state;
      },
      latest: () => (devices === undefined ? undefined : { sampledAtMs: 1, devices }),
      stop: () => undefined,
    };
    reader = new TestReader();
    provider = new MeterProvider({ readers: [reader] });
    forget = observeSampler(provider.getMeter('gpu'), sampler, [...GPU_SERIES, ...HARDWARE_SERIES]);
  });

  afterEach(async () => {
    await provider.shutdown();
  });

  async function collect(): Promise<MetricData[]> {
    const { resourceMetrics } = await reader.collect();
    return resourceMetrics.scopeMetrics
      .flatMap(({ metrics }) => metrics)
      .filter(({ dataPoints }) => dataPoints.length > 0);
  }

  async function describeSeries(): Promise<Record<string, unknown>> {
    const series = (await collect()).map(({ descriptor: { name, unit }, dataPoints }) => [
      `${name} ${unit}`.trim(),
      dataPoints.map(({ value, attributes }) => [value, attributes]),
    ]);
    return Object.fromEntries(series) as Record<string, unknown>;
  }

  it('have the documented names, units and exactly the label gpu_id, in base units', async () => {
    const gpu = { gpu_id: '0' };
    const series = await describeSeries();
    expect(Object.fromEntries(Object.entries(series).filter(([name]) => name.startsWith('gpu.')))).to.deep.equal({
      'gpu.probe.up': [[1, {}]],
      'gpu.utilization %': [[0, gpu]],
      'gpu.memory.used By': [[25, gpu]],
      'gpu.info': [
        [
          1,
          {
            gpu_id: '0',
            uuid: 'GPU-a',
            name: 'NVIDIA H100',
            vendor: 'nvidia',
            driver_version: '550.54.15',
            parent_uuid: '',
            mig_profile: '',
          },
        ],
      ],
      'gpu.memory.total By': [[100, gpu]],
      'gpu.memory.free By': [[70, gpu]],
      'gpu.memory.bandwidth.utilization %': [[7, gpu]],
      'gpu.process.memory.used By': [[5, gpu]],
      'gpu.sm.activity %': [[33.5, gpu]],
      'gpu.sm.occupancy %': [[20, gpu]],
      'gpu.tensor.activity %': [[12, gpu]],
      'gpu.temperature Cel': [[35, gpu]],
      'gpu.memory.temperature Cel': [[44, gpu]],
      'gpu.power W': [[120.5, gpu]],
      'gpu.power.limit W': [[700, gpu]],
      'gpu.energy J': [[1234.5, gpu]],
      'gpu.clock.sm Hz': [[1.98e9, gpu]],
      'gpu.clock.memory Hz': [[2.619e9, gpu]],
      'gpu.throttled': [
        [1, { gpu_id: '0', reason: 'power_cap' }],
        [0, { gpu_id: '0', reason: 'power_brake' }],
      ],
      'gpu.ecc.errors': [
        [3, { gpu_id: '0', error_type: 'corrected' }],
        [0, { gpu_id: '0', error_type: 'uncorrected' }],
      ],
      'gpu.xid.errors': [[1, gpu]],
      'gpu.xid.last': [[79, gpu]],
      'gpu.pcie.transmitted By': [[10, gpu]],
      'gpu.pcie.received By': [[20, gpu]],
    });
  });

  it('follow the semantic conventions for hardware, by UUID', async () => {
    const component = { 'hw.id': 'GPU-a', 'hw.name': 'gpu0', 'hw.type': 'gpu' };
    const card = {
      ...component,
      'hw.model': 'NVIDIA H100',
      'hw.vendor': 'nvidia',
      'hw.driver_version': '550.54.15',
    };
    const sensor = (location: string): object => ({
      'hw.id': `GPU-a/${location}`,
      'hw.name': `gpu0/${location}`,
      'hw.parent': 'GPU-a',
      'hw.sensor_location': location,
    });
    const series = await describeSeries();
    expect(Object.fromEntries(Object.entries(series).filter(([name]) => name.startsWith('hw.')))).to.deep.equal({
      'hw.gpu.utilization 1': [[0, { ...card, 'hw.gpu.task': 'general' }]],
      'hw.gpu.memory.usage By': [[25, card]],
      'hw.gpu.memory.limit By': [[100, card]],
      'hw.gpu.memory.utilization 1': [[0.25, card]],
      'hw.gpu.io By': [
        [20, { ...card, 'network.io.direction': 'receive' }],
        [10, { ...card, 'network.io.direction': 'transmit' }],
      ],
      'hw.errors {error}': [
        [3, { ...component, 'error.type': 'corrected' }],
        [0, { ...component, 'error.type': 'uncorrected' }],
      ],
      'hw.power W': [[120.5, component]],
      'hw.energy J': [[1234.5, component]],
      'hw.temperature Cel': [
        [35, sensor('gpu')],
        [44, sensor('memory')],
      ],
    });
  });

  it('are counters where they only grow', async () => {
    const sums = (await collect()).filter(({ dataPointType }) => dataPointType === DataPointType.SUM);
    const names = (isMonotonic: boolean): string[] =>
      sums
        .filter((metric) => (metric as { isMonotonic?: boolean }).isMonotonic === isMonotonic)
        .map(({ descriptor }) => descriptor.name);
    expect(names(true)).to.have.members([
      'gpu.energy',
      'gpu.ecc.errors',
      'gpu.xid.errors',
      'gpu.pcie.transmitted',
      'gpu.pcie.received',
      'hw.gpu.io',
      'hw.errors',
      'hw.energy',
    ]);
    expect(names(false)).to.have.members(['hw.gpu.memory.usage', 'hw.gpu.memory.limit']);
  });

  it('are there for what a device tells and not for the rest', async () => {
    devices = [
      { id: '0:1', vendor: 'nvidia', source: 'nvml', uuid: 'MIG-b', parentUuid: 'GPU-a', migProfile: '1g.10gb' },
    ];
    const series = await describeSeries();
    expect(Object.keys(series)).to.have.members(['gpu.probe.up', 'gpu.info']);
    expect(JSON.stringify(series['gpu.info'])).to.include('"parent_uuid":"GPU-a","mig_profile":"1g.10gb"');
  });

  it('disappear with the last fresh snapshot, and gpu.probe.up says so', async () => {
    await collect();
    devices = undefined;
    state = 'down';
    expect(await describeSeries()).to.deep.equal({ 'gpu.probe.up': [[0, {}]] });
    state = 'absent';
    expect(await describeSeries()).to.deep.equal({});
  });

  it('are taken back', async () => {
    forget();
    expect(await describeSeries()).to.deep.equal({});
  });
});
