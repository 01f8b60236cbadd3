const BAR_WIDTH = 24;

/** One line that is rewritten, on a terminal; a line for each scenario elsewhere, so that a log stays short. */
export function createProgress(scenario: string): {
  readonly show: (what: string, share: number) => void;
  readonly clear: () => void;
} {
  const { stderr } = process;
  if (!stderr.isTTY) {
    let told = false;
    return {
      show: (): void => {
        if (!told) {
          told = true;
          stderr.write(`measuring ${scenario} …\n`);
        }
      },
      clear: () => {},
    };
  }
  return {
    show: (what, share): void => {
      const done = Math.round(share * BAR_WIDTH);
      stderr.write(`\r\x1b[2K${scenario} ${'█'.repeat(done)}${'░'.repeat(BAR_WIDTH - done)} ${what}`);
    },
    clear: (): void => {
      stderr.write('\r\x1b[2K');
    },
  };
}
