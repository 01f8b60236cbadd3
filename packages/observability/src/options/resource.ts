import { version } from '../version.ts';
import { findApplicationPackage } from './application-package.ts';
import type { EnvironmentReader } from './environment-reader.ts';
import type { OptionReader } from './option-reader.ts';
import type { ResourceAttributes } from './resolved-options.ts';
import { resourceAttributesFromEnvironment, resourceAttributesFromOptions } from './resource-attributes.ts';
import { serviceInstanceId } from './service-instance.ts';
import type { Surroundings } from './surroundings.ts';

/** As the specification has it for a service that nobody named. */
const UNKNOWN_SERVICE = 'unknown_service:node';

/**
 * The attributes of the resource that all metrics are of: those of code beat those of variables, which beat what is
 * found around the process.
 * @throws ConfigurationError for the first option that is wrong
 */
export function resolveResource(
  options: OptionReader,
  environment: EnvironmentReader,
  surroundings: Surroundings,
): ResourceAttributes {
  const fromOptions: ResourceAttributes = {
    ...resourceAttributesFromOptions(options),
    ...named('service.name', options.text('serviceName', { variable: 'OTEL_SERVICE_NAME' })),
    ...named('service.version', options.text('serviceVersion', { variable: 'OTEL_RESOURCE_ATTRIBUTES' })),
  };
  const given: ResourceAttributes = {
    ...withoutEmptyService(resourceAttributesFromEnvironment(environment)),
    ...named('service.name', environment.text('OTEL_SERVICE_NAME')),
    ...withoutEmptyService(fromOptions),
  };
  const application = findApplicationPackage(surroundings);
  return {
    'service.name': application.name ?? UNKNOWN_SERVICE,
    ...named('service.version', application.version),
    'host.name': surroundings.hostName,
    'process.pid': surroundings.processId,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': surroundings.runtimeVersion,
    ...given,
    'service.instance.id': serviceInstanceId(given, environment, surroundings),
    // These say who made the telemetry, which is not for the application to change.
    'telemetry.distro.name': '@inferometer/observability',
    'telemetry.distro.version': version,
  };
}

function named(name: string, value: string | undefined): ResourceAttributes {
  return value === undefined ? {} : { [name]: value };
}

/** A service without a name would be told apart from no other, so an empty one is as good as none. */
function withoutEmptyService(attributes: ResourceAttributes): ResourceAttributes {
  return Object.fromEntries(
    Object.entries(attributes).filter(([name, value]) => name !== 'service.name' || value !== ''),
  );
}
