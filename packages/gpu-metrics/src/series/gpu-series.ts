import type { Attributes } from '@opentelemetry/api';
import type { GpuDevice } from '../snapshot/gpu-snapshot.ts';

/** One number of a series. */
export interface GpuPoint {
  readonly value: number;
  readonly attributes: Attributes;
}

/** A metric about GPUs: what it is called, and what of a snapshot it shows. */
export interface GpuSeries {
  /** OpenTelemetry's name. Prometheus' name follows from it and {@link unit}: `gpu.utilization` in `%` becomes `gpu_utilization_percent`. */
  readonly name: string;
  /** Unit in UCUM; empty where there is none. */
  readonly unit: string;
  readonly description: string;
  readonly kind: 'gauge' | 'counter' | 'upDownCounter';
  /** What a device shows; nothing where it does not tell. */
  points(device: GpuDevice): readonly GpuPoint[];
}

/** Whether the probe answers: the one series that is not of a device. */
export const GPU_PROBE_UP = {
  name: 'gpu.probe.up',
  unit: '',
  description:
    'Whether GPUs were sampled within the last three intervals: 1, or 0 if the probe is silent or all GPUs are lost. Absent where there is no GPU.',
} as const;

/** Metrics with the label `gpu_id`, in base units. The first two are the documented ones. */
export const GPU_SERIES: readonly GpuSeries[] = [
  gauge(
    'gpu.utilization',
    '%',
    'Share of the time since the last sample in which the GPU was busy.',
    'utilizationPercent',
  ),
  gauge('gpu.memory.used', 'By', 'GPU memory in use.', 'memoryUsedBytes'),
  {
    name: 'gpu.info',
    unit: '',
    description:
      'Always 1; tells which device an index is, to join on. The index is not the same in other containers or after a restart.',
    kind: 'gauge',
    points: (device) => [{ value: 1, attributes: infoAttributes(device) }],
  },
  gauge('gpu.memory.total', 'By', 'GPU memory there is.', 'memoryTotalBytes'),
  gauge(
    'gpu.memory.free',
    'By',
    'GPU memory that is free. What the driver reserves is neither used nor free.',
    'memoryFreeBytes',
  ),
  gauge(
    'gpu.memory.bandwidth.utilization',
    '%',
    'Share of the time since the last sample in which GPU memory was read or written.',
    'memoryBandwidthPercent',
  ),
  gauge('gpu.process.memory.used', 'By', 'GPU memory in use by this process.', 'processMemoryBytes'),
  gauge('gpu.sm.activity', '%', 'Share of multiprocessors that had work, since the last sample.', 'smActivityPercent'),
  gauge(
    'gpu.sm.occupancy',
    '%',
    'Share of the possible warps that were resident, since the last sample.',
    'smOccupancyPercent',
  ),
  gauge(
    'gpu.tensor.activity',
    '%',
    'Share of the time in which tensor cores worked, since the last sample.',
    'tensorActivityPercent',
  ),
  gauge('gpu.temperature', 'Cel', 'Temperature of the GPU.', 'temperatureCelsius'),
  gauge('gpu.memory.temperature', 'Cel', "Temperature of the GPU's memory.", 'memoryTemperatureCelsius'),
  gauge('gpu.power', 'W', 'Power that the GPU draws.', 'powerWatts'),
  gauge('gpu.power.limit', 'W', 'Power that the GPU may draw.', 'powerLimitWatts'),
  counter(
    'gpu.energy',
    'J',
    'Energy that the GPU used since its driver was loaded, carried on over reloads.',
    'energyJoules',
  ),
  gauge('gpu.clock.sm', 'Hz', 'Clock of the multiprocessors.', 'smClockHertz'),
  gauge('gpu.clock.memory', 'Hz', "Clock of the GPU's memory.", 'memoryClockHertz'),
  {
    name: 'gpu.throttled',
    unit: '',
    description: 'Whether the GPU runs slower than it could for this reason: 1 or 0.',
    kind: 'gauge',
    points: ({ id, throttleReasons = {} }) =>
      Object.entries(throttleReasons).map(([reason, holds]) => ({
        value: holds ? 1 : 0,
        attributes: { gpu_id: id, reason },
      })),
  },
  {
    name: 'gpu.ecc.errors',
    unit: '',
    description:
      'Errors of GPU memory that its error-correcting code found, over the life of the device where it tells.',
    kind: 'counter',
    points: (device) => eccPoints(device, { gpu_id: device.id }, 'error_type'),
  },
  counter('gpu.xid.errors', '', 'Critical errors (XID) that the driver reported since sampling started.', 'xidErrors'),
  gauge('gpu.xid.last', '', 'Number of the last critical error (XID); absent before the first.', 'lastXid'),
  counter(
    'gpu.pcie.transmitted',
    'By',
    'Data that the GPU sent over PCIe since sampling started.',
    'pcieTransmittedBytes',
  ),
  counter(
    'gpu.pcie.received',
    'By',
    'Data that the GPU received over PCIe since sampling started.',
    'pcieReceivedBytes',
  ),
];

/** Points for both kinds of errors of memory, the kind in the attribute `key`. */
export function eccPoints(device: GpuDevice, attributes: Attributes, key: string): GpuPoint[] {
  return [
    ...pointOf(device.eccCorrectedErrors, { ...attributes, [key]: 'corrected' }),
    ...pointOf(device.eccUncorrectedErrors, { ...attributes, [key]: 'uncorrected' }),
  ];
}

/** The point of a value, or none. */
export function pointOf(value: number | undefined, attributes: Attributes): GpuPoint[] {
  return value === undefined ? [] : [{ value, attributes }];
}

type NumberField = {
  [Field in keyof GpuDevice]-?: NonNullable<GpuDevice[Field]> extends number ? Field : never;
}[keyof GpuDevice];

function gauge(name: string, unit: string, description: string, field: NumberField): GpuSeries {
  return series('gauge', name, unit, description, field);
}

function counter(name: string, unit: string, description: string, field: NumberField): GpuSeries {
  return series('counter', name, unit, description, field);
}

function series(
  kind: GpuSeries['kind'],
  name: string,
  unit: string,
  description: string,
  field: NumberField,
): GpuSeries {
  return { name, unit, description, kind, points: (device) => pointOf(device[field], { gpu_id: device.id }) };
}

/** What is not known is an empty label, which Prometheus takes for none. */
function infoAttributes(device: GpuDevice): Attributes {
  return {
    gpu_id: device.id,
    uuid: device.uuid ?? '',
    name: device.name ?? '',
    vendor: device.vendor,
    driver_version: device.driverVersion ?? '',
    parent_uuid: device.parentUuid ?? '',
    mig_profile: device.migProfile ?? '',
  };
}
