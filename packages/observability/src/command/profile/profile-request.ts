import type { PredictionColumns } from '@inferometer/drift-metrics';
import { parseArgs } from 'node:util';
import { UsageError } from '../usage-error.ts';
import { wholeNumber } from '../whole-number.ts';

export const PROFILE_HELP = `inferometer profile: make the reference that live predictions are compared with

Usage: inferometer profile --model-type <name> --from <file> -o <file> [options]

  --model-type <name>       the model, as trackInference calls it
  --from <file>             predictions, as CSV with a header or as JSON lines; - for standard input
  -o, --output <file>       where the reference goes; - for standard output

What the file is like:
  --format csv|jsonl        default: what its name says, else what it begins with
  --class <column>          the predicted class (default: predictedClass or predicted_class)
  --confidence <column>     from 0 to 1 (default: confidence)
  --label <column>          the true class (default: actualClass or actual_class)
  --correct <column>        true, false, 1 or 0 (default: correct)
  --feature <column>        a property of the input to watch; may be repeated (default: columns called feature.<name>,
                            in JSON lines what is in "features")
  --model-column <column>   whose prediction it is; others than --model-type are left out (default: modelType or
                            model_type)

What the reference is like:
  --model-version <text>    told with every alert
  --bins <number>           of a numeric feature, 2 to 20 (default: 10)
  --confidence-bins <n>     2 to 20 (default: 20)
  --categories <number>     classes with a bin of their own, 1 to 1000 (default: 200)

  --strict                  write nothing where a single row is bad
  -q, --quiet               say nothing but what is wrong
  -h, --help                show this text

The file is read twice, to learn the bins and to count into them, so that it may be larger than memory; standard input
and pipes are kept in a temporary file meanwhile. Bin edges are exact quantiles up to 100,000 values, and of a uniform sample of as
many beyond (within 0.52% of their rank with 99% certainty); counts are always exact. The reference is written whole or
not at all.

Exit codes: 0 the reference is written; 1 it is not: the file cannot be read, holds nothing to compare with, or more bad
rows than good ones, or with --strict any; 2 the command line is wrong; 130 or 143 ended by SIGINT or SIGTERM.
`;

/** What the command line asks for. */
export interface ProfileRequest {
  readonly modelType: string;
  readonly modelVersion: string | undefined;
  /** A path, or `-`. */
  readonly from: string;
  /** A path, or `-`. */
  readonly output: string;
  readonly format: 'csv' | 'jsonl' | undefined;
  readonly columns: PredictionColumns;
  readonly bins: number | undefined;
  readonly confidenceBins: number | undefined;
  readonly maximumCategories: number | undefined;
  readonly isStrict: boolean;
  readonly isQuiet: boolean;
}

/** @returns undefined where help is asked for. @throws UsageError */
export function readProfileRequest(args: string[]): ProfileRequest | undefined {
  const flags = parse(args);
  if (flags.help === true) {
    return undefined;
  }
  const { class: predictedClass, confidence, label: actualClass, correct, feature: features, bins, categories } = flags;
  return {
    modelType: required('--model-type <name>', flags['model-type']),
    modelVersion: flags['model-version'],
    from: required('--from <file>', flags.from),
    output: required('-o <file>', flags.output),
    format: formatOf(flags.format),
    columns: { predictedClass, confidence, actualClass, correct, modelType: flags['model-column'], features },
    bins: bins === undefined ? undefined : wholeNumber('--bins', bins, 2, 20),
    confidenceBins:
      flags['confidence-bins'] === undefined
        ? undefined
        : wholeNumber('--confidence-bins', flags['confidence-bins'], 2, 20),
    maximumCategories: categories === undefined ? undefined : wholeNumber('--categories', categories, 1, 1000),
    isStrict: flags.strict === true,
    isQuiet: flags.quiet === true,
  };
}

const TEXT = { type: 'string' } as const;
const SWITCH = { type: 'boolean' } as const;
const FLAGS = {
  'model-type': TEXT,
  from: TEXT,
  output: { type: 'string', short: 'o' },
  format: TEXT,
  class: TEXT,
  confidence: TEXT,
  label: TEXT,
  correct: TEXT,
  feature: { type: 'string', multiple: true },
  'model-column': TEXT,
  'model-version': TEXT,
  bins: TEXT,
  'confidence-bins': TEXT,
  categories: TEXT,
  strict: SWITCH,
  quiet: { type: 'boolean', short: 'q' },
  help: { type: 'boolean', short: 'h' },
} as const;

type ProfileFlags = ReturnType<typeof parseArgs<{ options: typeof FLAGS }>>['values'];

function parse(args: string[]): ProfileFlags {
  try {
    return parseArgs({ args, options: FLAGS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${message.replace(/\.$/, '')}; see inferometer profile --help.`);
  }
}

function required(flag: string, value: string | undefined): string {
  if (value === undefined || value === '') {
    throw new UsageError(`${flag} is missing; see inferometer profile --help.`);
  }
  return value;
}

function formatOf(text: string | undefined): 'csv' | 'jsonl' | undefined {
  if (text === undefined || text === 'csv' || text === 'jsonl') {
    return text;
  }
  throw new UsageError(`--format must be csv or jsonl, received "${text}".`);
}
