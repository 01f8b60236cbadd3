import { NVML } from './nvml-codes.ts';
import { NOT_AVAILABLE, PROCESS_INFO, SLACK } from './nvml-layout.ts';
import type { NvmlFunction } from './nvml-library.ts';
import type { NvmlQuestions } from './nvml-questions.ts';

const VERSIONS: readonly NvmlFunction[] = [
  'nvmlDeviceGetComputeRunningProcesses_v3',
  'nvmlDeviceGetComputeRunningProcesses_v2',
  'nvmlDeviceGetComputeRunningProcesses',
];

const FIRST_ROOM = 64;

/** A GPU that is shared by more processes than this is not asked for the share of one. */
const MOST_PROCESSES = 4096;

/** What the memory holds before the call: no process id, size or instance looks like eight of these. */
const UNTOUCHED = 0xa5;

/**
 * GPU memory that a process uses on a device, in bytes; 0 if it uses none, undefined if it cannot be told.
 *
 * How long an entry of the list is depends on the driver more than on the version of the function. So the list is
 * written into marked memory, and its length divided by the number of entries.
 */
export function processMemory(questions: NvmlQuestions, handle: bigint, processId: number): number | undefined {
  let room = FIRST_ROOM;
  for (const version of VERSIONS) {
    for (;;) {
      const count = Buffer.alloc(4 + SLACK);
      const list = Buffer.alloc(room * PROCESS_INFO.largestStride + SLACK, UNTOUCHED);
      count.writeUInt32LE(room, 0);
      const code = questions.askForCode(version, [handle, count, list]);
      const told = count.readUInt32LE(0);
      if (code === NVML.insufficientSize && told > room && told <= MOST_PROCESSES) {
        // Room for those that start in the meantime.
        room = told + FIRST_ROOM;
        continue;
      }
      if (code === NVML.success && told <= room) {
        return memoryOf(list, told, processId);
      }
      break;
    }
  }
  return undefined;
}

function memoryOf(list: Buffer, count: number, processId: number): number | undefined {
  if (count === 0) {
    return 0;
  }
  const stride = strideOf(list, count);
  if (stride === undefined) {
    return undefined;
  }
  let sum = 0;
  for (let index = 0; index < count; index++) {
    if (list.readUInt32LE(index * stride + PROCESS_INFO.pid) === processId) {
      const used = list.readBigUInt64LE(index * stride + PROCESS_INFO.usedMemory);
      if (used === NOT_AVAILABLE) {
        return undefined;
      }
      // One entry for each MIG instance that the process uses.
      sum += Number(used);
    }
  }
  return sum;
}

function strideOf(list: Buffer, count: number): number | undefined {
  let written = list.length;
  while (written > 0 && list[written - 1] === UNTOUCHED) {
    written -= 1;
  }
  return PROCESS_INFO.strides.find((stride) => written <= count * stride);
}
