/*
 * Stands in for nvidia-smi where there is no GPU: it loads the same library that the probe loads (STAND_IN_LIBRARY),
 * initialises it and asks each GPU, call by call, for the values that it prints; the library's delays are those of the
 * probe's calls. What it takes beyond that, published times of whole runs tell: STAND_IN_FURTHER is spent on top, in
 * microseconds of CPU time. It adds the CPU time that it took to the file that STAND_IN_CPU names.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef unsigned long long u64;

static u64 cpu_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (u64)time.tv_sec * 1000000ull + (u64)time.tv_nsec / 1000ull;
}

static void *library;

#define CALL(name, types, ...) ((int (*) types)dlsym(library, #name)) (__VA_ARGS__)

int main(void) {
  library = dlopen(getenv("STAND_IN_LIBRARY"), RTLD_NOW);
  if (library == NULL) { fprintf(stderr, "%s\n", dlerror()); return 12; }
  unsigned count = 0;
  char version[80], uuid[96], name[96];
  CALL(nvmlInit_v2, (void));
  CALL(nvmlSystemGetDriverVersion, (char *, unsigned), version, sizeof version);
  CALL(nvmlDeviceGetCount_v2, (unsigned *), &count);
  for (unsigned gpu = 0; gpu < count; gpu++) {
    void *device;
    unsigned rates[2], power, limit, sm, memory_clock;
    struct { unsigned version; u64 total, reserved, free, used; } memory = { 0x02000028, 0, 0, 0, 0 };
    struct { unsigned version; int sensor, value; } temperature = { 0x0100000c, 0, 0 };
    CALL(nvmlDeviceGetHandleByIndex_v2, (unsigned, void **), gpu, &device);
    CALL(nvmlDeviceGetUUID, (void *, char *, unsigned), device, uuid, sizeof uuid);
    CALL(nvmlDeviceGetName, (void *, char *, unsigned), device, name, sizeof name);
    CALL(nvmlDeviceGetUtilizationRates, (void *, unsigned *), device, rates);
    CALL(nvmlDeviceGetMemoryInfo_v2, (void *, void *), device, &memory);
    CALL(nvmlDeviceGetTemperatureV, (void *, void *), device, &temperature);
    CALL(nvmlDeviceGetPowerUsage, (void *, unsigned *), device, &power);
    CALL(nvmlDeviceGetEnforcedPowerLimit, (void *, unsigned *), device, &limit);
    CALL(nvmlDeviceGetClockInfo, (void *, int, unsigned *), device, 1, &sm);
    CALL(nvmlDeviceGetClockInfo, (void *, int, unsigned *), device, 2, &memory_clock);
    printf("%s, 0x16C110DE, %s, 00000000:%02X:00.0, [N/A], %llu, %llu, %llu, %u, %u, %d, 72, %.2f, %.2f, %u, %u\n", version,
           name, gpu + 1, memory.total >> 20, memory.used >> 20, memory.free >> 20, rates[0], rates[1], temperature.value,
           power / 1000.0, limit / 1000.0, sm, memory_clock);
  }
  CALL(nvmlShutdown, (void));
  u64 further = strtoull(getenv("STAND_IN_FURTHER") == NULL ? "0" : getenv("STAND_IN_FURTHER"), NULL, 10);
  for (u64 end = cpu_us() + further; cpu_us() < end;) { }
  const char *path = getenv("STAND_IN_CPU");
  FILE *file = path == NULL ? NULL : fopen(path, "a");
  if (file != NULL) { fprintf(file, "%llu\n", cpu_us()); fclose(file); }
  return 0;
}
