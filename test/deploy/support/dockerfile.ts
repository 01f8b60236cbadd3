import { readFileSync } from 'node:fs';

/** A line of a Dockerfile, continued lines put together. */
export interface Instruction {
  /** In capitals, `COPY`. */
  readonly name: string;
  /** Its flags, `{ from: 'build' }`. */
  readonly flags: Readonly<Record<string, string>>;
  /** What stands after them, variables filled in. */
  readonly text: string;
}

export interface Stage {
  /** `AS name`, or the number of the stage. */
  readonly name: string;
  readonly image: string;
  readonly instructions: readonly Instruction[];
}

/** Reads a Dockerfile as far as ours goes: stages, `ARG` before the first of them, no heredocs. */
export function readDockerfile(file: URL): readonly Stage[] {
  const variables = new Map<string, string>();
  const stages: { name: string; image: string; instructions: Instruction[] }[] = [];
  for (const line of logicalLines(readFileSync(file, 'utf8'))) {
    const instruction = parseInstruction(line, stages.length === 0 ? new Map() : variables);
    const stage = stages.at(-1);
    if (instruction.name === 'FROM') {
      const [image = '', , name = String(stages.length)] = filledIn(instruction.text, variables).split(/\s+/);
      stages.push({ name, image, instructions: [] });
    } else if (stage === undefined) {
      const [name = '', value = ''] = instruction.text.split('=');
      variables.set(name, value);
    } else {
      stage.instructions.push(instruction);
    }
  }
  return stages;
}

/** The words of an instruction in JSON form: `ENTRYPOINT ["node", "main.ts"]`. */
export function execForm(text: string): readonly string[] {
  return JSON.parse(text) as readonly string[];
}

function logicalLines(text: string): string[] {
  const withoutComments = text
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n');
  return withoutComments
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

function parseInstruction(line: string, variables: ReadonlyMap<string, string>): Instruction {
  const [name = '', ...words] = line.split(/\s+/);
  const flags: Record<string, string> = {};
  while (words[0]?.startsWith('--')) {
    const [flag = '', value = ''] = words.shift()!.slice(2).split('=');
    flags[flag] = value;
  }
  return { name: name.toUpperCase(), flags, text: filledIn(words.join(' '), variables) };
}

function filledIn(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => variables.get(name) ?? whole);
}
