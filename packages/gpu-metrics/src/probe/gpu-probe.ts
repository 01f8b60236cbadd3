/**
 * The probe: a process of its own that asks the GPUs' drivers, because a call to a driver can hang or crash. It writes a
 * line of JSON at each tick and ends when its standard input does.
 */
import { writeSync } from 'node:fs';
import { openSources } from '../sources/open-sources.ts';
import type { GpuSource } from '../sources/gpu-source.ts';
import { endWithParent } from './end-with-parent.ts';
import type { ProbeMessage, ProbeNote, ProbeStart } from './probe-messages.ts';

const STANDARD_OUTPUT = 1;

/** Notes that wait for the next line. A source in trouble says the same again and again. */
const MOST_NOTES = 16;

let source: GpuSource | undefined;
let notes: ProbeNote[] = [];

function takeNote(note: ProbeNote): void {
  if (notes.length < MOST_NOTES && !notes.some(({ cause }) => cause === note.cause)) {
    notes.push(note);
  }
}

function say(message: ProbeMessage): void {
  const line = Buffer.from(`${JSON.stringify(notes.length === 0 ? message : { ...message, notes })}\n`);
  notes = [];
  // Written at once and whole: who does not read holds up the probe alone.
  for (let written = 0; written < line.length;) {
    written += writeSync(STANDARD_OUTPUT, line, written);
  }
}

function leave(): never {
  source?.close();
  process.exit();
}

async function sampleForever({ intervalMs, slowEveryTicks }: ProbeStart, devices: GpuSource): Promise<never> {
  const startedAt = performance.now();
  for (let tick = 0; ; tick++) {
    const sampledAtMs = Date.now();
    const isSlow = tick % slowEveryTicks === 0;
    say({ snapshot: { sampledAtMs, devices: await devices.sample({ nowMs: performance.now(), isSlow }) } });
    // At multiples of the interval, so that ticks do not drift; those that a slow driver missed are left out.
    const elapsed = performance.now() - startedAt;
    await new Promise((resolve) => setTimeout(resolve, intervalMs - (elapsed % intervalMs)));
  }
}

async function main(): Promise<void> {
  // Ctrl-C goes to the whole group; the probe ends when the application does.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => undefined);
  }
  process.once('SIGTERM', leave);
  process.stdin.once('end', leave).once('error', leave).resume();
  const start = JSON.parse(process.argv[2] ?? '') as ProbeStart;
  await endWithParent();
  source = await openSources(start, takeNote);
  if (source === undefined) {
    say({ none: true });
    leave();
  }
  await sampleForever(start, source);
}

void main();
