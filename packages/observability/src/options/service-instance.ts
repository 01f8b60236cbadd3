import type { EnvironmentReader } from './environment-reader.ts';
import type { ResourceAttributes } from './resolved-options.ts';
import type { Surroundings } from './surroundings.ts';

/** The kubelet mounts each pod's /etc/hosts from a folder that has the pod's UID for a name. */
const podInMountInfo = /\/pods\/([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})\/etc-hosts \/etc\/hosts /;

/**
 * The attribute `service.instance.id`: the UID of the pod, so that the instance can be found in the cluster, or a UUID.
 * Workers of one cluster share a pod and are instances of their own, so their id is appended.
 * @param attributes what is known from code and variables
 */
export function serviceInstanceId(
  attributes: ResourceAttributes,
  environment: EnvironmentReader,
  surroundings: Surroundings,
): string {
  const given = attributes['service.instance.id'];
  if (given !== undefined && given !== '') {
    return String(given);
  }
  const pod = podUid(attributes, environment, surroundings);
  if (pod === undefined) {
    return surroundings.randomUuid();
  }
  return surroundings.clusterWorkerId === undefined ? pod : `${pod}/${surroundings.clusterWorkerId}`;
}

function podUid(
  attributes: ResourceAttributes,
  environment: EnvironmentReader,
  surroundings: Surroundings,
): string | undefined {
  const named = environment.text('POD_UID') ?? attributes['k8s.pod.uid'];
  if (named !== undefined && named !== '') {
    return String(named);
  }
  return podInMountInfo.exec(surroundings.readFile('/proc/self/mountinfo') ?? '')?.[1];
}
