import type { GpuDevice, GpuSnapshot, GpuSourceName } from './gpu-snapshot.ts';

/** No machine has more GPUs and MIG instances: 16 GPUs of 7 instances each, and room. A probe that says more is ill. */
const MOST_DEVICES = 256;

/** Names and UUIDs of NVML are shorter than 96 characters; what is longer would only fill the labels. */
const LONGEST_TEXT = 128;

/** Each kind of throttling that a device can tell is a series; there are less than ten. */
const MOST_REASONS = 32;

/** What a driver leaves in memory that it did not write a text to. */
const UNPRINTABLE = /[\p{Cc}\ufffd]/u;

const TEXT_FIELDS = ['uuid', 'name', 'driverVersion', 'parentUuid', 'migProfile'] as const;

const PERCENT_FIELDS = [
  'utilizationPercent',
  'memoryBandwidthPercent',
  'smActivityPercent',
  'smOccupancyPercent',
  'tensorActivityPercent',
] as const;

const SIZE_FIELDS = [
  'memoryUsedBytes',
  'memoryTotalBytes',
  'memoryFreeBytes',
  'processMemoryBytes',
  'smClockHertz',
  'memoryClockHertz',
  'energyJoules',
  'pcieTransmittedBytes',
  'pcieReceivedBytes',
  'eccCorrectedErrors',
  'eccUncorrectedErrors',
  'xidErrors',
  'lastXid',
] as const;

const POWER_FIELDS = ['powerWatts', 'powerLimitWatts'] as const;

/** 16 bits of ones: what drivers say where a sensor gave nothing. */
const IMPOSSIBLE_WATTS = 65_535;

/** No sensor of a card goes this far; absolute zero, and 16 bits of ones, are what a dead one shows. */
const IMPOSSIBLE_CELSIUS = 250;

const TEMPERATURE_FIELDS = ['temperatureCelsius', 'memoryTemperatureCelsius'] as const;

const SOURCES: ReadonlySet<unknown> = new Set<GpuSourceName>(['nvml', 'nvidia-smi', 'amdgpu', 'systeminformation']);

/**
 * The snapshot in a value of unknown origin, or `undefined` if there is none. The probe lives with drivers that write
 * to its standard output and its memory; nothing of what it says is taken on trust. A single value that cannot be (a
 * share above 100, a text where a number belongs) is left out, as if the device had not told it.
 */
export function readSnapshot(value: unknown): GpuSnapshot | undefined {
  if (!isRecord(value) || !isFiniteNumber(value['sampledAtMs']) || !Array.isArray(value['devices'])) {
    return undefined;
  }
  const devices: GpuDevice[] = [];
  const seen = new Set<string>();
  for (const candidate of (value['devices'] as unknown[]).slice(0, MOST_DEVICES)) {
    const device = readDevice(candidate);
    if (device !== undefined && !seen.has(device.id)) {
      seen.add(device.id);
      devices.push(device);
    }
  }
  return { sampledAtMs: value['sampledAtMs'], devices };
}

function readDevice(value: unknown): GpuDevice | undefined {
  if (!isRecord(value) || !isText(value['id']) || !isText(value['vendor']) || !SOURCES.has(value['source'])) {
    return undefined;
  }
  const device: Record<string, unknown> = { id: value['id'], vendor: value['vendor'], source: value['source'] };
  keep(device, value, TEXT_FIELDS, isText);
  keep(device, value, PERCENT_FIELDS, (number) => isFiniteNumber(number) && number >= 0 && number <= 100);
  keep(device, value, SIZE_FIELDS, (number) => isFiniteNumber(number) && number >= 0);
  keep(device, value, POWER_FIELDS, (number) => isFiniteNumber(number) && number >= 0 && number < IMPOSSIBLE_WATTS);
  keep(device, value, TEMPERATURE_FIELDS, (number) => isFiniteNumber(number) && Math.abs(number) < IMPOSSIBLE_CELSIUS);
  const reasons = readReasons(value['throttleReasons']);
  if (reasons !== undefined) {
    device['throttleReasons'] = reasons;
  }
  return device as unknown as GpuDevice;
}

function readReasons(value: unknown): Record<string, boolean> | undefined {
  if (!isRecord(value)) {
    return undefined;
  }
  const entries = Object.entries(value).filter(
    (entry): entry is [string, boolean] => isText(entry[0]) && typeof entry[1] === 'boolean',
  );
  return Object.fromEntries(entries.slice(0, MOST_REASONS));
}

function keep(
  target: Record<string, unknown>,
  source: Record<string, unknown>,
  fields: readonly string[],
  isAllowed: (value: unknown) => boolean,
): void {
  for (const field of fields) {
    if (isAllowed(source[field])) {
      target[field] = source[field];
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isFiniteNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= LONGEST_TEXT && !UNPRINTABLE.test(value);
}
