/** `PR_SET_PDEATHSIG` of <linux/prctl.h>. */
const SET_PARENT_DEATH_SIGNAL = 1;
const SIGKILL = 9;

/**
 * Has the kernel end this process when its parent ends. Standard input tells so too, but it is not heard while a
 * driver call hangs. Linux alone has it.
 */
export async function endWithParent(): Promise<void> {
  if (process.platform !== 'linux') {
    return;
  }
  const parent = process.ppid;
  try {
    const { default: koffi } = await import('koffi');
    const control = koffi.load(null).func('prctl', 'int', ['int', 'ulong', 'ulong', 'ulong', 'ulong']);
    control(SET_PARENT_DEATH_SIGNAL, SIGKILL, 0, 0, 0);
  } catch {
    // Without koffi there is no driver call that could hang this process.
    return;
  }
  if (process.ppid !== parent) {
    process.exit();
  }
}
