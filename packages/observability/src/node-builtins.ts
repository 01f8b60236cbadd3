// Importing one of Node's own modules reads every name that it exports, and some of these load more when they are read:
// `node:util` takes 3.5 ms, `node:fs` 2.7 ms, `node:v8` and `node:stream` more than 1 ms each, on the main thread of
// whoever starts up (bench `startup`). Taken like this, they load what is used.
import type nodeFs from 'node:fs';
import type nodeStream from 'node:stream';
import type nodeUtil from 'node:util';
import type nodeV8 from 'node:v8';

export const fs: typeof nodeFs = process.getBuiltinModule('node:fs');
export const stream: typeof nodeStream = process.getBuiltinModule('node:stream');
export const util: typeof nodeUtil = process.getBuiltinModule('node:util');
export const v8: typeof nodeV8 = process.getBuiltinModule('node:v8');
