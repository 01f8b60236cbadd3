import type { ResolvedOtlp } from '../../options/resolved-options.ts';
import type { ProblemLog } from '../problem-log.ts';
import type { TlsOptions } from './export-agent.ts';

/**
 * Certificates and key from the files that the variables name. One that cannot be read is told and left out, as
 * OpenTelemetry's own exporter does: the collector then decides whether that will do.
 */
export function readTlsFiles(
  files: Pick<ResolvedOtlp, 'certificateFile' | 'clientCertificateFile' | 'clientKeyFile'>,
  readFile: (path: string) => Buffer,
  log: ProblemLog,
): TlsOptions {
  const read = (path: string | undefined, variable: string): Buffer | undefined => {
    try {
      return path === undefined ? undefined : readFile(path);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.report(variable, `${variable} is ignored, as its file cannot be read: ${reason}`);
      return undefined;
    }
  };
  const ca = read(files.certificateFile, 'OTEL_EXPORTER_OTLP_CERTIFICATE');
  const cert = read(files.clientCertificateFile, 'OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE');
  const key = read(files.clientKeyFile, 'OTEL_EXPORTER_OTLP_CLIENT_KEY');
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}
