// Draws the pictures of docs/drift.md from the results in results/ and from runs of the real engine. Run:
// npm run simulate:pictures -w @inferometer/drift-metrics
import { writeFileSync } from 'node:fs';
import { changePicture } from './pictures/change-picture.ts';
import { dayPicture } from './pictures/day-picture.ts';
import { delayPicture } from './pictures/delay-picture.ts';
import { falseAlarmPicture } from './pictures/false-alarm-picture.ts';
import { thresholdPicture } from './pictures/threshold-picture.ts';

const pictures = {
  change: changePicture,
  day: dayPicture,
  delays: delayPicture,
  'false-alarms': falseAlarmPicture,
  thresholds: thresholdPicture,
};
for (const [name, draw] of Object.entries(pictures)) {
  writeFileSync(new URL(`../../../docs/images/drift-${name}.svg`, import.meta.url), draw());
}
