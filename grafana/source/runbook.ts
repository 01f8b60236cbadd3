/** Where the runbook is: a hidden variable of each dashboard, so that who keeps a copy elsewhere changes one place. */
export const RUNBOOK_VARIABLE = 'runbook';

/** The anchor that a heading of the runbook gets. */
export function runbookAnchor(alert: string): string {
  return `\${${RUNBOOK_VARIABLE}}#${alert.toLowerCase()}`;
}
