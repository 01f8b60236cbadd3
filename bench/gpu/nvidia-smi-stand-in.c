/*
 * Stands in for nvidia-smi where there is no GPU: it starts as a process does, spends the CPU time that NVML's
 * initialisation and its handles are known to take (two GPUs take 12 ms of CPU time), prints a line for each of eight
 * GPUs, and adds the CPU time that it took to the file that STAND_IN_CPU names.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static unsigned long long cpu_us(void) {
  struct timespec time;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return (unsigned long long)time.tv_sec * 1000000ull + (unsigned long long)time.tv_nsec / 1000ull;
}

static void spend(unsigned long long microseconds) {
  unsigned long long end = cpu_us() + microseconds;
  while (cpu_us() < end) { }
}

int main(void) {
  spend(4000); /* nvmlInit_v2 */
  for (int gpu = 0; gpu < 8; gpu++) spend(6000 + 70); /* nvmlDeviceGetHandleByIndex_v2, and the values of one GPU */
  for (int gpu = 0; gpu < 8; gpu++)
    printf("550.54.15, 0x16C110DE, NVIDIA H100 80GB HBM3, 00000000:%02X:00.0, [N/A], 81559, 70213, 10812, 97, 41, 61, 72, "
           "652.33, 700.00, 1755, 2619\n", gpu + 1);
  const char *path = getenv("STAND_IN_CPU");
  FILE *file = path == NULL ? NULL : fopen(path, "a");
  if (file != NULL) { fprintf(file, "%llu\n", cpu_us()); fclose(file); }
  return 0;
}
