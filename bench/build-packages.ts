import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What is measured is what users install: the build, not source that Node strips of its types at each start. */
export function buildPackages(): boolean {
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) {
    process.stderr.write('The packages do not build; --no-build measures the build that is there.\n');
    process.exitCode = 1;
  }
  return status === 0;
}
