/**
 * Names the process whose GPU probe serves its whole tree of processes. `@inferometer/gpu-metrics` reads it; its name
 * stands here once more because importing that package takes time that the application's thread does not have.
 */
export const GPU_PROBE_VARIABLE = 'INFEROMETER_GPU_PROBE';

/**
 * Marks this process as the one that samples GPUs, before the observer's thread gets its copy of the environment, so
 * that processes which the application starts sample none. A mark that is there already stays.
 *
 * @returns takes the mark back, if it was set here
 */
export function markGpuProbe(environment: NodeJS.ProcessEnv, processId: number): () => void {
  if (environment[GPU_PROBE_VARIABLE] !== undefined) {
    return () => {};
  }
  const mark = String(processId);
  environment[GPU_PROBE_VARIABLE] = mark;
  return () => {
    if (environment[GPU_PROBE_VARIABLE] === mark) {
      delete environment[GPU_PROBE_VARIABLE];
    }
  };
}
