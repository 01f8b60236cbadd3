import type { LabelAdmission } from '../store/label-admission.ts';

/** A label whose number of values has a limit; what was declared is always admitted and does not count. */
export interface BoundedLabel {
  readonly name: string;
  admit(value: string): boolean;
  /** Whether no limit may cut the value. */
  isDeclared(value: string): boolean;
}

/**
 * @param scope what the limit is counted within, e.g. one model
 * @param limit how many values beyond the declared ones may have series of their own
 */
export function createBoundedLabel(
  admission: LabelAdmission,
  name: string,
  scope: string,
  declared: readonly string[],
  limit: number,
): BoundedLabel {
  const alwaysAdmitted = new Set(declared);
  const fullScope = `${name} of ${scope}`;
  return {
    name,
    isDeclared: (value: string): boolean => alwaysAdmitted.has(value),
    admit: (value: string): boolean => alwaysAdmitted.has(value) || admission.admit(fullScope, value, limit),
  };
}
