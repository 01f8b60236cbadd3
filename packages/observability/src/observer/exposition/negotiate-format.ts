import type { ExpositionFormat } from './exposition-format.ts';
import { headerElements, type HeaderElement } from './header-list.ts';
import { protobufFormat } from './protobuf/protobuf-format.ts';
import { openMetricsFormat, textFormat } from './text/text-formats.ts';

/** What a request is answered with. */
export interface NegotiatedFormat {
  readonly format: ExpositionFormat;
  /** The `content-type` that says so. */
  readonly contentType: string;
}

const TEXT = 'text/plain';
const OPEN_METRICS = 'application/openmetrics-text';
const PROTOBUF = 'application/vnd.google.protobuf';

/** Families one after the other, each with its length before it. There are text encodings too, which nobody asks for. */
const PROTOBUF_MESSAGE = 'io.prometheus.client.MetricFamily';
const PROTOBUF_ENCODING = 'delimited';

/** Prometheus 3 calls the text format 1.0.0 where names may stand in quotes; ours never have to. */
const TEXT_VERSIONS: ReadonlySet<string> = new Set(['0.0.4', '1.0.0']);

/** The draft 0.0.1 of OpenMetrics, which Prometheus asks for too, differs in nothing that is written here. */
const OPEN_METRICS_VERSIONS: ReadonlySet<string> = new Set(['1.0.0', '0.0.1']);

/** The ways to write names that Prometheus 3 knows. Whatever is asked for, ours need no other than underscores. */
const ESCAPINGS: ReadonlySet<string> = new Set(['allow-utf-8', 'underscores', 'dots', 'values']);

/**
 * The format that a scraper wants most of those that there are, as client_golang chooses it: by quality and then by
 * order, the text format 0.0.4 where nothing else fits. Who names an `escaping` is told which one is used.
 *
 * @param accept the `Accept` header of the request
 */
export function negotiateFormat(accept: string | undefined): NegotiatedFormat {
  for (const element of headerElements(accept)) {
    const { value, parameters, quality } = element;
    const version = parameters.get('version');
    if (quality === 0) {
      break;
    }
    if (value === PROTOBUF && isDelimited(parameters)) {
      return answerWith(
        protobufFormat,
        `${PROTOBUF}; proto=${PROTOBUF_MESSAGE}; encoding=${PROTOBUF_ENCODING}`,
        element,
      );
    }
    if (value === OPEN_METRICS && (version === undefined || OPEN_METRICS_VERSIONS.has(version))) {
      return answerWith(openMetricsFormat, `${OPEN_METRICS}; version=${version ?? '1.0.0'}; charset=utf-8`, element);
    }
    if (value === TEXT && (version === undefined || TEXT_VERSIONS.has(version))) {
      return answerWith(textFormat, `${TEXT}; version=${version ?? '0.0.4'}; charset=utf-8`, element);
    }
    if (value === '*/*' || value === 'text/*') {
      return DEFAULT;
    }
  }
  return DEFAULT;
}

const DEFAULT: NegotiatedFormat = {
  format: textFormat,
  contentType: `${TEXT}; version=0.0.4; charset=utf-8`,
};

function isDelimited(parameters: HeaderElement['parameters']): boolean {
  return parameters.get('proto') === PROTOBUF_MESSAGE && parameters.get('encoding') === PROTOBUF_ENCODING;
}

function answerWith(format: ExpositionFormat, mediaType: string, { parameters }: HeaderElement): NegotiatedFormat {
  const escaping = ESCAPINGS.has(parameters.get('escaping') ?? '') ? '; escaping=underscores' : '';
  return { format, contentType: `${mediaType}${escaping}` };
}
