/**
 * One look at all GPUs of the machine. Plain data: it can be posted to a thread, written as JSON, kept.
 *
 * What a device does not tell is absent. 0 is 0.
 */
export interface GpuSnapshot {
  /** When the devices were asked, in milliseconds since the epoch. */
  readonly sampledAtMs: number;
  readonly devices: readonly GpuDevice[];
}

/** Who made a GPU, in lower case: `nvidia`, `amd`, `intel`, `apple`, or another name as the system tells it. */
export type GpuVendor = string;

/** Which way of asking gave the values of a device. */
export type GpuSourceName = 'nvml' | 'nvidia-smi' | 'amdgpu' | 'systeminformation';

/** What one GPU, or one MIG instance of a GPU, told. */
export interface GpuDevice {
  /**
   * The value of the label `gpu_id`, unique within a snapshot: the driver's index (`0`), for a MIG instance the index
   * of its GPU and its own (`0:1`), for the GPUs of a second vendor in the machine the vendor and the index (`amd0`).
   * An index is another card in every container and after a restart of the machine: join on {@link uuid}.
   */
  readonly id: string;
  readonly vendor: GpuVendor;
  readonly source: GpuSourceName;
  /** What identifies the device everywhere and for ever: `GPU-…`, `MIG-…`, or AMD's unique id. */
  readonly uuid?: string;
  readonly name?: string;
  readonly driverVersion?: string;
  /** For a MIG instance: the UUID of its GPU. */
  readonly parentUuid?: string;
  /** For a MIG instance: its profile, such as `1g.10gb`. */
  readonly migProfile?: string;

  /** Share of the time since the last snapshot in which the GPU was busy, 0 to 100. */
  readonly utilizationPercent?: number;
  /** Share of the time in which the memory was being read or written, 0 to 100. */
  readonly memoryBandwidthPercent?: number;
  /** Share of the multiprocessors that had work, 0 to 100 (NVIDIA, Hopper and later). */
  readonly smActivityPercent?: number;
  /** Share of the warps that fit on the multiprocessors which were there, 0 to 100 (Hopper and later). */
  readonly smOccupancyPercent?: number;
  /** Share of the time in which tensor cores worked, 0 to 100 (Hopper and later). */
  readonly tensorActivityPercent?: number;

  readonly memoryUsedBytes?: number;
  readonly memoryTotalBytes?: number;
  readonly memoryFreeBytes?: number;
  /** GPU memory of the observed process; absent where the driver's process ids are not those of this container. */
  readonly processMemoryBytes?: number;

  readonly temperatureCelsius?: number;
  readonly memoryTemperatureCelsius?: number;
  readonly powerWatts?: number;
  readonly powerLimitWatts?: number;
  readonly smClockHertz?: number;
  readonly memoryClockHertz?: number;
  /** Each reason to run slower than the device could that it can tell of, and whether it holds now. */
  readonly throttleReasons?: Readonly<Record<string, boolean>>;

  /** Joules since the driver was loaded, carried on over reloads: it never decreases. */
  readonly energyJoules?: number;
  readonly pcieTransmittedBytes?: number;
  readonly pcieReceivedBytes?: number;
  /** Errors of the device's memory that were corrected, over its lifetime where it tells, else since its driver loaded. */
  readonly eccCorrectedErrors?: number;
  readonly eccUncorrectedErrors?: number;
  /** Critical errors (XID) that the driver reported since the sampler started. */
  readonly xidErrors?: number;
  /** The number of the last XID; absent before the first. */
  readonly lastXid?: number;
}

/** Properties of a {@link GpuDevice} that only ever grow. */
export type CounterField =
  | 'energyJoules'
  | 'pcieTransmittedBytes'
  | 'pcieReceivedBytes'
  | 'eccCorrectedErrors'
  | 'eccUncorrectedErrors'
  | 'xidErrors';
