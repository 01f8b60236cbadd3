import { readFileSync } from 'node:fs';

interface Rule {
  readonly pattern: RegExp;
  readonly ignored: boolean;
}

/**
 * Whether a file of the repository is sent to the builder, by `.dockerignore`: the last rule that matches the path or a
 * folder above it decides (https://docs.docker.com/build/concepts/context/#dockerignore-files).
 */
export function readBuildContext(file: URL): (path: string) => boolean {
  const rules = readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line): Rule => {
      const ignored = !line.startsWith('!');
      return { ignored, pattern: toPattern(ignored ? line : line.slice(1)) };
    });
  return (path) => {
    const parts = path.split('/');
    const ways = parts.map((_part, place) => parts.slice(0, place + 1).join('/'));
    return !(rules.findLast(({ pattern }) => ways.some((way) => pattern.test(way)))?.ignored ?? false);
  };
}

/** Stars mean names that start with a point as well, which those of Node.js do not. */
function toPattern(line: string): RegExp {
  const parts = line.split(/(\*\*\/|\*)/).map((part) => {
    if (part === '**/') {
      return '(?:.*/)?';
    }
    return part === '*' ? '[^/]*' : part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('')}$`);
}
