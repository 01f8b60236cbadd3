/**
 * Where the GPUs are looked for. What is left out is looked for in its usual places; `false` switches a way off.
 */
export interface GpuSourceOptions {
  /** Path of NVIDIA's library; default `libnvidia-ml.so.1` wherever the system's loader finds it, or `nvml.dll`. */
  readonly nvml?: string | false;
  /** Path of `nvidia-smi`, used where the library cannot be; default: as found on the PATH. */
  readonly nvidiaSmi?: string | false;
  /** Where sysfs is mounted, for AMD's GPUs; default `/sys`. */
  readonly sysfs?: string | false;
  /** Whether the package systeminformation may tell of all other GPUs; default true. */
  readonly systeminformation?: boolean;
}
