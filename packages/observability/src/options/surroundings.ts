import { hostname } from 'node:os';
import { fs } from '../node-builtins.ts';

/** What options default to that is found around the process; tests bring their own. */
export interface Surroundings {
  /** Text of a file; `undefined` where it cannot be read. */
  readFile(path: string): string | undefined;
  /** A random UUID, version 4. */
  randomUuid(): string;
  /** Path of the script that runs; `undefined` in a REPL or for `node --eval`. */
  readonly mainScript: string | undefined;
  readonly workingDirectory: string;
  readonly hostName: string;
  readonly processId: number;
  readonly runtimeVersion: string;
  /** Id of this process among its cluster's workers; `undefined` for a process that is none. */
  readonly clusterWorkerId: number | undefined;
}

/** The surroundings of this process. */
export function processSurroundings(): Surroundings {
  return {
    readFile,
    randomUuid,
    mainScript: process.argv[1],
    workingDirectory: workingDirectory(),
    hostName: hostname(),
    processId: process.pid,
    runtimeVersion: process.versions.node,
    clusterWorkerId: clusterWorkerId(),
  };
}

function readFile(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Linux has one ready; loading the cryptography for it takes 4 ms of the main thread (bench `startup`). */
function randomUuid(): string {
  return readFile('/proc/sys/kernel/random/uuid')?.trim() ?? process.getBuiltinModule('node:crypto').randomUUID();
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    // It was deleted under us.
    return '/';
  }
}

function clusterWorkerId(): number | undefined {
  // NODE_UNIQUE_ID cannot tell: Node.js takes it out of the environment before anybody sees it. Loading the cluster
  // module takes 3 ms, so only what has a parent to talk to, as workers do, looks there.
  return process.send === undefined ? undefined : process.getBuiltinModule('node:cluster').worker?.id;
}
