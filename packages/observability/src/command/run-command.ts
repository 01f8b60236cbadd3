import { closestName } from '../options/closest-name.ts';
import { version } from '../version.ts';
import { UsageError } from './usage-error.ts';

const HELP = `inferometer ${version}: observability for models served from Node.js

Usage: inferometer <command> [options]

Commands:
  serve      export host and GPU metrics for Prometheus, without an application
  profile    make the reference that live predictions are compared with, from a file of predictions

Options:
  -h, --help       show this text; after a command, what the command takes
  -v, --version    show the version
`;

/** Each is loaded when it is asked for: one serves, the other computes. */
const COMMANDS: Readonly<Record<string, (args: string[]) => Promise<number>>> = {
  serve: async (args) => (await import('./serve.ts')).serve(args),
  profile: async (args) => (await import('./profile/profile.ts')).profile(args),
};

/** Exit code for a command line that says something wrong, as shells have it. */
const USAGE_EXIT_CODE = 2;

/** Runs one command line. @returns the exit code */
export async function runCommand(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '-h' || name === '--help') {
    process.stdout.write(HELP);
    return name === undefined ? USAGE_EXIT_CODE : 0;
  }
  if (name === '-v' || name === '--version') {
    process.stdout.write(`${version}\n`);
    return 0;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) {
      throw unknownCommand(name);
    }
    return await command(rest);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`inferometer: ${error.message}\n`);
      return USAGE_EXIT_CODE;
    }
    throw error;
  }
}

function unknownCommand(name: string): UsageError {
  const closest = closestName(name, Object.keys(COMMANDS));
  const hint = closest === undefined ? 'see inferometer --help' : `did you mean ${closest}?`;
  return new UsageError(`there is no command "${name}"; ${hint}`);
}
