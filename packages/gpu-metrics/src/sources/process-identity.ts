import { readlinkSync } from 'node:fs';

/** The first namespace of process ids has this inode in every Linux kernel (`PROC_PID_INIT_INO`). */
const FIRST_NAMESPACE = 'pid:[4026531836]';

/**
 * The number by which a driver knows a process, or undefined where it knows it by another: drivers count in the first
 * namespace, and a container has its own. (Another process may have the same number there, so it must not be tried.)
 */
export function driverProcessId(processId: number, platform: NodeJS.Platform = process.platform): number | undefined {
  if (platform !== 'linux') {
    return processId;
  }
  try {
    return readlinkSync('/proc/self/ns/pid') === FIRST_NAMESPACE ? processId : undefined;
  } catch {
    return undefined;
  }
}
