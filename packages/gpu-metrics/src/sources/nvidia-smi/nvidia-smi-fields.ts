import type { GpuDevice } from '../../snapshot/gpu-snapshot.ts';
import { definedOnly } from '../gpu-source.ts';

const BYTES_PER_MEBIBYTE = 1_048_576;
const HERTZ_PER_MEGAHERTZ = 1e6;

/** How the text of a field becomes the value of a property: its unit as printed, and what to multiply by. */
interface NumberField {
  readonly property: keyof GpuDevice;
  readonly unit: string;
  readonly factor: number;
}

/** Fields of `nvidia-smi --query-gpu` that are numbers. */
const NUMBERS: Readonly<Record<string, NumberField>> = {
  'utilization.gpu': { property: 'utilizationPercent', unit: '%', factor: 1 },
  'utilization.memory': { property: 'memoryBandwidthPercent', unit: '%', factor: 1 },
  'memory.used': { property: 'memoryUsedBytes', unit: 'MiB', factor: BYTES_PER_MEBIBYTE },
  'memory.total': { property: 'memoryTotalBytes', unit: 'MiB', factor: BYTES_PER_MEBIBYTE },
  'memory.free': { property: 'memoryFreeBytes', unit: 'MiB', factor: BYTES_PER_MEBIBYTE },
  'temperature.gpu': { property: 'temperatureCelsius', unit: '', factor: 1 },
  'temperature.memory': { property: 'memoryTemperatureCelsius', unit: '', factor: 1 },
  'power.draw': { property: 'powerWatts', unit: 'W', factor: 1 },
  'enforced.power.limit': { property: 'powerLimitWatts', unit: 'W', factor: 1 },
  'clocks.sm': { property: 'smClockHertz', unit: 'MHz', factor: HERTZ_PER_MEGAHERTZ },
  'clocks.mem': { property: 'memoryClockHertz', unit: 'MHz', factor: HERTZ_PER_MEGAHERTZ },
  'ecc.errors.corrected.aggregate.total': { property: 'eccCorrectedErrors', unit: '', factor: 1 },
  'ecc.errors.uncorrected.aggregate.total': { property: 'eccUncorrectedErrors', unit: '', factor: 1 },
};

/** Fields that are texts. The name comes last: it is the only one that may hold a comma. */
const TEXTS: Readonly<Record<string, keyof GpuDevice>> = {
  uuid: 'uuid',
  driver_version: 'driverVersion',
  name: 'name',
};

/** All fields that are asked for, in the order in which they are printed. */
export const SMI_FIELDS: readonly string[] = ['index', 'uuid', 'driver_version', ...Object.keys(NUMBERS), 'name'];

/** What a device that cannot answer is printed as: `[N/A]`, `[Not Supported]`, `[Unknown Error]`, `N/A`. */
const NO_ANSWER = /^(?:\[.*\]|N\/A|Requested functionality has been deprecated)$/;

/** No machine has a thousand GPUs; what prints larger numbers prints garbage. */
const INDEX = /^\d{1,3}$/;

const NUMBER_WITH_UNIT = /^(-?\d+(?:\.\d+)?)\s*(\S*)$/;

/** The device in a line of `--format=csv,noheader`, or undefined if the line is something else. */
export function readSmiLine(line: string, fields: readonly string[]): GpuDevice | undefined {
  // A comma alone does not separate: where numbers are printed by a locale, one stands in `652,33 W`.
  const cells = line.split(', ').map((cell) => cell.trim());
  const index = cells[fields.indexOf('index')];
  if (cells.length < fields.length || index === undefined || !INDEX.test(index)) {
    return undefined;
  }
  const properties: Record<string, string | number | undefined> = {};
  for (const [position, field] of fields.entries()) {
    const isLast = position === fields.length - 1;
    const cell = isLast ? cells.slice(position).join(', ') : cells[position]!;
    const text = TEXTS[field];
    const number = NUMBERS[field];
    if (text !== undefined && cell !== '' && !NO_ANSWER.test(cell)) {
      properties[text] = cell;
    } else if (number !== undefined) {
      properties[number.property] = readNumber(cell, number);
    }
  }
  return definedOnly({ ...properties, id: index, vendor: 'nvidia', source: 'nvidia-smi' });
}

/** A value in another unit than is documented is not guessed at. */
function readNumber(cell: string, { unit, factor }: NumberField): number | undefined {
  const [, number, printedUnit] = NUMBER_WITH_UNIT.exec(cell) ?? [];
  return number === undefined || (printedUnit !== unit && printedUnit !== '') ? undefined : Number(number) * factor;
}
