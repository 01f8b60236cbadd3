import type { Attributes } from '@opentelemetry/api';
import type { GpuDevice } from '../snapshot/gpu-snapshot.ts';
import { eccPoints, type GpuSeries, pointOf } from './gpu-series.ts';

/**
 * The same values by OpenTelemetry's semantic conventions for hardware (1.45.0, in development), for backends that know
 * them. Ratios are of 1 here, as the conventions demand.
 * https://opentelemetry.io/docs/specs/semconv/hardware/gpu/
 */
export const HARDWARE_SERIES: readonly GpuSeries[] = [
  {
    name: 'hw.gpu.utilization',
    unit: '1',
    description: 'Fraction of time spent in a specific task.',
    kind: 'gauge',
    points: (device) =>
      pointOf(ratio(device.utilizationPercent), { ...gpuAttributes(device), 'hw.gpu.task': 'general' }),
  },
  {
    name: 'hw.gpu.memory.usage',
    unit: 'By',
    description: 'GPU memory used.',
    kind: 'upDownCounter',
    points: (device) => pointOf(device.memoryUsedBytes, gpuAttributes(device)),
  },
  {
    name: 'hw.gpu.memory.limit',
    unit: 'By',
    description: 'Size of the GPU memory.',
    kind: 'upDownCounter',
    points: (device) => pointOf(device.memoryTotalBytes, gpuAttributes(device)),
  },
  {
    name: 'hw.gpu.memory.utilization',
    unit: '1',
    description: 'Fraction of GPU memory used.',
    kind: 'gauge',
    points: (device) => pointOf(usedFraction(device), gpuAttributes(device)),
  },
  {
    name: 'hw.gpu.io',
    unit: 'By',
    description: 'Received and transmitted bytes by the GPU.',
    kind: 'counter',
    points: (device) => [
      ...pointOf(device.pcieReceivedBytes, { ...gpuAttributes(device), 'network.io.direction': 'receive' }),
      ...pointOf(device.pcieTransmittedBytes, { ...gpuAttributes(device), 'network.io.direction': 'transmit' }),
    ],
  },
  {
    name: 'hw.errors',
    unit: '{error}',
    description: 'Number of errors encountered by the component.',
    kind: 'counter',
    points: (device) => eccPoints(device, componentAttributes(device), 'error.type'),
  },
  {
    name: 'hw.power',
    unit: 'W',
    description: 'Instantaneous power consumed by the component.',
    kind: 'gauge',
    points: (device) => pointOf(device.powerWatts, componentAttributes(device)),
  },
  {
    name: 'hw.energy',
    unit: 'J',
    description: 'Energy consumed by the component.',
    kind: 'counter',
    points: (device) => pointOf(device.energyJoules, componentAttributes(device)),
  },
  {
    name: 'hw.temperature',
    unit: 'Cel',
    description: 'Temperature in degrees Celsius.',
    kind: 'gauge',
    points: (device) => [
      ...pointOf(device.temperatureCelsius, sensorAttributes(device, 'gpu')),
      ...pointOf(device.memoryTemperatureCelsius, sensorAttributes(device, 'memory')),
    ],
  },
];

function gpuAttributes(device: GpuDevice): Attributes {
  const { name, driverVersion } = device;
  return {
    ...componentAttributes(device),
    ...(name === undefined ? undefined : { 'hw.model': name }),
    'hw.vendor': device.vendor,
    ...(driverVersion === undefined ? undefined : { 'hw.driver_version': driverVersion }),
  };
}

function componentAttributes(device: GpuDevice): Attributes {
  const { parentUuid } = device;
  return {
    'hw.id': hardwareId(device),
    'hw.name': `gpu${device.id}`,
    'hw.type': 'gpu',
    ...(parentUuid === undefined ? undefined : { 'hw.parent': parentUuid }),
  };
}

/** A sensor is a component of its own, whose parent is the GPU. */
function sensorAttributes(device: GpuDevice, location: string): Attributes {
  const id = hardwareId(device);
  return {
    'hw.id': `${id}/${location}`,
    'hw.name': `gpu${device.id}/${location}`,
    'hw.parent': id,
    'hw.sensor_location': location,
  };
}

function hardwareId({ uuid, id }: GpuDevice): string {
  return uuid ?? `gpu${id}`;
}

function ratio(percent: number | undefined): number | undefined {
  return percent === undefined ? undefined : percent / 100;
}

function usedFraction({ memoryUsedBytes, memoryTotalBytes }: GpuDevice): number | undefined {
  return memoryUsedBytes === undefined || memoryTotalBytes === undefined || memoryTotalBytes === 0
    ? undefined
    : memoryUsedBytes / memoryTotalBytes;
}
