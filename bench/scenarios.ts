import { allocation } from './allocation.bench.ts';
import { blocked } from './blocked.bench.ts';
import { gpuScenario } from './gpu.bench.ts';
import { onnx } from './onnx.bench.ts';
import { record } from './record.bench.ts';
import type { Scenario } from './scenario.ts';
import { startup } from './startup.bench.ts';

export const scenarios: readonly Scenario[] = [record, allocation, blocked, onnx, startup, gpuScenario];
