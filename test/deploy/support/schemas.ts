import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Resource {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: unknown;
}

// Formats such as int32 and ports are those of Go; types and ranges stand beside them.
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false, allowUnionTypes: true });

ajv.addSchema(read('kubernetes.json'), 'kubernetes');
const compose = ajv.compile(read('compose.json'));

const KINDS: Readonly<Record<string, ValidateFunction | string>> = {
  'apps/v1 Deployment': 'io.k8s.api.apps.v1.Deployment',
  'v1 ConfigMap': 'io.k8s.api.core.v1.ConfigMap',
  'v1 Service': 'io.k8s.api.core.v1.Service',
  'networking.k8s.io/v1 NetworkPolicy': 'io.k8s.api.networking.v1.NetworkPolicy',
  'policy/v1 PodDisruptionBudget': 'io.k8s.api.policy.v1.PodDisruptionBudget',
  'monitoring.coreos.com/v1 PodMonitor': ajv.compile(read('pod-monitor.json')),
  'monitoring.coreos.com/v1 PrometheusRule': ajv.compile(read('prometheus-rule.json')),
  'keda.sh/v1alpha1 ScaledObject': ajv.compile(read('scaled-object.json')),
};

/** What the schema of Compose has against a file; empty if nothing. */
export function composeMistakes(file: unknown): readonly string[] {
  return mistakes(compose, file);
}

/** What the schema of its kind has against a resource; empty if nothing. */
export function resourceMistakes(resource: Resource): readonly string[] {
  const known = KINDS[`${resource.apiVersion} ${resource.kind}`];
  if (known === undefined) {
    return [`no schema of ${resource.apiVersion} ${resource.kind}; add it to schemas/make-schemas.ts`];
  }
  const validate = typeof known === 'string' ? ajv.getSchema(`kubernetes#/$defs/${known}`)! : known;
  return mistakes(validate, resource);
}

function mistakes(validate: ValidateFunction, value: unknown): readonly string[] {
  return validate(value)
    ? []
    : (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      );
}

function read(name: string): object {
  return JSON.parse(readFileSync(new URL(`../schemas/${name}`, import.meta.url), 'utf8')) as object;
}
