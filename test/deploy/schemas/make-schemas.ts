// Makes the schemas beside this file from what README.md names: node test/deploy/schemas/make-schemas.ts <folders>
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

interface Schema {
  readonly [key: string]: unknown;
}

const [kubernetes, compose, prometheusOperator, keda] = process.argv.slice(2);
if (kubernetes === undefined || compose === undefined || prometheusOperator === undefined || keda === undefined) {
  throw new Error('usage: make-schemas.ts <kubernetes-validate> <compose-go> <prometheus-operator> <keda>');
}

const KINDS = [
  'io.k8s.api.apps.v1.Deployment',
  'io.k8s.api.core.v1.ConfigMap',
  'io.k8s.api.core.v1.Service',
  'io.k8s.api.networking.v1.NetworkPolicy',
  'io.k8s.api.policy.v1.PodDisruptionBudget',
];

write('compose.json', JSON.parse(readFileSync(join(compose, 'schema/compose-spec.json'), 'utf8')));
write('kubernetes.json', kubernetesKinds(join(kubernetes, 'kubernetes-json-schema/v1.37.0-local-strict')));
const monitoring = join(prometheusOperator, 'example/prometheus-operator-crd/monitoring.coreos.com_');
write('pod-monitor.json', customResource(`${monitoring}podmonitors.yaml`));
write('prometheus-rule.json', customResource(`${monitoring}prometheusrules.yaml`));
write('scaled-object.json', customResource(join(keda, 'config/crd/bases/keda.sh_scaledobjects.yaml')));

/** The kinds that are in use, with all that they refer to. */
function kubernetesKinds(folder: string): Schema {
  const { $defs } = JSON.parse(readFileSync(join(folder, '_definitions.json'), 'utf8')) as {
    readonly $defs: Readonly<Record<string, Schema>>;
  };
  const wanted = new Set(KINDS);
  for (const name of wanted) {
    for (const [, found] of JSON.stringify($defs[name]).matchAll(/"#\/\$defs\/([^"]+)"/g)) wanted.add(found!);
  }
  return { $defs: Object.fromEntries([...wanted].sort().map((name) => [name, $defs[name]])) };
}

/** The schema of a custom resource. A property that it does not name is refused, as `kubectl apply` does. */
function customResource(file: string): Schema {
  const { spec } = parse(readFileSync(file, 'utf8')) as {
    readonly spec: {
      readonly versions: readonly {
        readonly storage: boolean;
        readonly schema: { readonly openAPIV3Schema: Schema };
      }[];
    };
  };
  return closed(spec.versions.find(({ storage }) => storage)!.schema.openAPIV3Schema) as Schema;
}

function closed(value: unknown, parent = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => closed(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, closed(inner, key)] as const);
  const isSchema =
    parent !== 'properties' && 'properties' in value && !('x-kubernetes-preserve-unknown-fields' in value);
  return { ...Object.fromEntries(entries), ...(isSchema ? { additionalProperties: false } : undefined) };
}

/** Descriptions are three quarters of the bytes and check nothing; JavaScript cannot read a flag within a pattern of Go. */
function write(name: string, schema: unknown): void {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    const left = key === 'description' || (key === 'pattern' && String(value).includes('(?i)'));
    return left && typeof value === 'string' ? undefined : value;
  });
  writeFileSync(new URL(name, import.meta.url), `${text}\n`);
}
