import { allocation } from './allocation.bench.ts';
import { blocked } from './blocked.bench.ts';
import { churn } from './churn.bench.ts';
import { drift } from './drift.bench.ts';
import { gpuScenario } from './gpu.bench.ts';
import { install } from './install.bench.ts';
import { onnx } from './onnx.bench.ts';
import { record } from './record.bench.ts';
import { registry } from './registry.bench.ts';
import { scrape } from './scrape.bench.ts';
import { scrapeFormats } from './scrape-formats.bench.ts';
import { scrapeGzip } from './scrape-gzip.bench.ts';
import { scrapeMemory } from './scrape-memory.bench.ts';
import { scrapeTypical } from './scrape-typical.bench.ts';
import type { Scenario } from './scenario.ts';
import { startup } from './startup.bench.ts';

export const scenarios: readonly Scenario[] = [
  record,
  allocation,
  scrape,
  scrapeGzip,
  scrapeFormats,
  scrapeTypical,
  scrapeMemory,
  registry,
  churn,
  blocked,
  onnx,
  startup,
  install,
  gpuScenario,
  drift,
];
