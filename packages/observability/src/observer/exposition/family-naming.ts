import type { MetricDescriptor } from '@opentelemetry/sdk-metrics';
import { prometheusName, type NamedKind } from '../../catalogue/prometheus-names.ts';
import { unitWords } from '../../catalogue/unit-words.ts';

/** How a metric is called in Prometheus. */
export interface FamilyNaming {
  /** Empty when nothing of the metric's own name is left. */
  readonly name: string;
  /** The unit as it stands at the end of the name; empty where it does not. */
  readonly unit: string;
}

interface KnownNaming extends FamilyNaming {
  readonly ofName: string;
  readonly ofUnit: string;
  readonly ofKind: NamedKind;
}

/** Names by the identity of descriptors, which metrics keep from one collection to the next. */
const namings = new WeakMap<MetricDescriptor, KnownNaming>();

export function familyNaming(descriptor: MetricDescriptor, kind: NamedKind): FamilyNaming {
  const { name, unit } = descriptor;
  let naming = namings.get(descriptor);
  if (naming === undefined || naming.ofName !== name || naming.ofUnit !== unit || naming.ofKind !== kind) {
    naming = {
      name: prometheusName({ name, unit, kind }),
      unit: unitOf(unit, kind),
      ofName: name,
      ofUnit: unit,
      ofKind: kind,
    };
    namings.set(descriptor, naming);
  }
  return naming;
}

function unitOf(unit: string, kind: NamedKind): string {
  const { main, per } = unitWords(unit);
  if (kind === 'gauge' && unit === '1') {
    return 'ratio';
  }
  return main !== '' && per !== '' ? `${main}_${per}` : `${main}${per}`;
}
