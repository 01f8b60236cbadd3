import { parse, stringify } from 'yaml';

interface RuleFile {
  readonly groups: readonly { readonly name: string }[];
}

/**
 * The rules as a resource of the Prometheus operator, which takes the groups of a file as they are but not the file.
 *
 * @throws Error where two groups have one name: the operator's resource must not
 */
export function prometheusRule(ruleFiles: readonly string[]): string {
  const groups = ruleFiles.flatMap((text) => (parse(text) as RuleFile).groups);
  const names = groups.map(({ name }) => name);
  const twice = names.find((name, place) => names.indexOf(name) !== place);
  if (twice !== undefined) {
    throw new Error(`two groups of rules are named "${twice}"; give one of them another name.`);
  }
  const resource = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: {
      name: 'inferometer',
      labels: { 'app.kubernetes.io/part-of': 'inferometer', release: 'kube-prometheus-stack' },
    },
    spec: { groups },
  };
  const comment = '# Made of ../../../../prometheus/rules by `npm run generate`; change them there.\n';
  return comment + stringify(resource, { lineWidth: 0 });
}
