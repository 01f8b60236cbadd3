/**
 * Names the process whose probe serves this tree of processes. In the probe itself, and in every child of an observed
 * process, it keeps a second probe from being started.
 */
export const GPU_PROBE_VARIABLE = 'INFEROMETER_GPU_PROBE';
