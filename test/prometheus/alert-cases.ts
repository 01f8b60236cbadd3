import { counter, gauge, restarting } from './series-values.ts';

/** An alert as it is to be told. */
export interface ExpectedAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly description: string;
}

/** A story in which an alert stays silent, fires and ends, a sample a minute. */
export interface AlertCase {
  readonly alert: string;
  /** What tells it from other stories of the alert. */
  readonly story: string;
  /** Values by series. */
  readonly series: Readonly<Record<string, string>>;
  /** Minutes at which nothing of this alert fires, although something is seen already. */
  readonly silentAt: readonly number[];
  readonly firesAt: number;
  /** Minute at which nothing fires any more; none for what never ends. */
  readonly resolvedAt: number | undefined;
  readonly expected: readonly ExpectedAlert[];
}

const API = 'job="api",instance="a:9090"';
const DOCUMENT = `${API},model_type="document"`;
const OWNER = { [`inference_model_info{${DOCUMENT},model_version="1",owner="search"}`]: gauge([1, 1500]) };
const MODEL = { job: 'api', model_type: 'document', owner: 'search' };
const INSTANCE = { job: 'api', instance: 'a:9090' };

/** Requests of which so many a minute succeed and so many fail. */
function requests(successes: string, errors: string, code = 'model_failure'): Record<string, string> {
  return {
    ...OWNER,
    [`inference_requests_total{${DOCUMENT},status="success"}`]: successes,
    [`inference_requests_total{${DOCUMENT},status="error"}`]: errors,
    [`error_count_total{${DOCUMENT},error_code="${code}"}`]: errors,
  };
}

/** Successful requests, and how many of them took at most 0.6 s and 1 s. */
function latencies(all: string, within600Ms: string): Record<string, string> {
  return {
    ...OWNER,
    [`inference_requests_total{${DOCUMENT},status="success"}`]: all,
    [`inference_latency_seconds_count{${DOCUMENT}}`]: all,
    [`inference_latency_seconds_bucket{${DOCUMENT},le="0.5"}`]: within600Ms,
    [`inference_latency_seconds_bucket{${DOCUMENT},le="0.6"}`]: within600Ms,
    [`inference_latency_seconds_bucket{${DOCUMENT},le="1.0"}`]: all,
    [`inference_latency_seconds_bucket{${DOCUMENT},le="+Inf"}`]: all,
  };
}

/** Counts of two classes of a reference of 500 and 500. */
function classes(of: string, technology: string, sports: string, minutes: number): Record<string, string> {
  const labels = (bin: string): string => `${of},model_type="document",signal="class",reference="r",bin="${bin}"`;
  return {
    [`drift_live_count_total{${labels('technology')}}`]: technology,
    [`drift_live_count_total{${labels('sports')}}`]: sports,
    [`drift_reference_count{${labels('technology')}}`]: gauge([500, minutes]),
    [`drift_reference_count{${labels('sports')}}`]: gauge([500, minutes]),
  };
}

export const ALERT_CASES: readonly AlertCase[] = [
  {
    alert: 'ErrorBudgetBurnFast',
    story: 'a third of all requests fails for 20 minutes',
    series: requests(counter([60, 200]), counter([0, 30], [30, 20], [0, 150])),
    silentAt: [29, 32],
    firesAt: 50,
    resolvedAt: 110,
    expected: [
      {
        labels: { ...MODEL, long: '1h', severity: 'page', short: '5m' },
        summary: 'document of api fails too often.',
        description:
          '16.39% of the requests of the last 1h failed: the error budget of 30d is used up within 2.1 days at this pace.',
      },
      {
        labels: { ...MODEL, long: '6h', severity: 'page', short: '30m' },
        summary: 'document of api fails too often.',
        description:
          '16.39% of the requests of the last 6h failed: the error budget of 30d is used up within 5 days at this pace.',
      },
    ],
  },
  {
    alert: 'ErrorBudgetBurnFast',
    story: 'a model is down whose first error makes its error series',
    series: requests(counter([10, 30], [0, 20], [10, 150]), counter(['absent', 30], [10, 20], [0, 150])),
    silentAt: [29],
    firesAt: 50,
    resolvedAt: 110,
    expected: [
      {
        labels: { ...MODEL, long: '1h', severity: 'page', short: '5m' },
        summary: 'document of api fails too often.',
        description:
          '39.76% of the requests of the last 1h failed: the error budget of 30d is used up within 2.1 days at this pace.',
      },
      {
        labels: { ...MODEL, long: '6h', severity: 'page', short: '30m' },
        summary: 'document of api fails too often.',
        description:
          '39.76% of the requests of the last 6h failed: the error budget of 30d is used up within 5 days at this pace.',
      },
    ],
  },
  {
    alert: 'ErrorBudgetBurnSlow',
    story: 'one request in 21 fails for four hours',
    series: requests(counter([100, 900]), counter([0, 60], [5, 240], [0, 600])),
    silentAt: [59, 61],
    firesAt: 300,
    resolvedAt: 700,
    expected: [
      {
        labels: { ...MODEL, long: '1d', severity: 'ticket', short: '2h' },
        summary: 'document of api fails too often.',
        description:
          '3.834% of the requests of the last 1d failed: the error budget of 30d is used up within 10 days at this pace.',
      },
      {
        labels: { ...MODEL, long: '3d', severity: 'ticket', short: '6h' },
        summary: 'document of api fails too often.',
        description:
          '3.834% of the requests of the last 3d failed: the error budget of 30d is used up within 30 days at this pace.',
      },
    ],
  },
  {
    alert: 'LatencyBudgetBurnFast',
    story: 'almost all requests are slow for an hour',
    series: latencies(counter([60, 800]), counter([60, 30], [2, 70], [60, 700])),
    silentAt: [29, 31],
    firesAt: 90,
    resolvedAt: 170,
    expected: [
      {
        labels: { ...MODEL, long: '1h', severity: 'page', short: '5m' },
        summary: 'document of api is too slow too often.',
        description:
          '96.67% of the successful requests of the last 1h took longer than the objective allows: the latency budget of 30d is used up within 2.1 days at this pace.',
      },
      {
        labels: { ...MODEL, long: '6h', severity: 'page', short: '30m' },
        summary: 'document of api is too slow too often.',
        description:
          '65.71% of the successful requests of the last 6h took longer than the objective allows: the latency budget of 30d is used up within 5 days at this pace.',
      },
    ],
  },
  {
    alert: 'LatencyBudgetBurnSlow',
    story: 'a fifth of the requests is slow for four hours',
    series: latencies(counter([100, 900]), counter([100, 60], [80, 240], [100, 600])),
    silentAt: [59, 61],
    firesAt: 300,
    resolvedAt: 700,
    expected: [
      {
        labels: { ...MODEL, long: '1d', severity: 'ticket', short: '2h' },
        summary: 'document of api is too slow too often.',
        description:
          '16.14% of the successful requests of the last 1d took longer than the objective allows: the latency budget of 30d is used up within 10 days at this pace.',
      },
      {
        labels: { ...MODEL, long: '3d', severity: 'ticket', short: '6h' },
        summary: 'document of api is too slow too often.',
        description:
          '16.14% of the successful requests of the last 3d took longer than the objective allows: the latency budget of 30d is used up within 30 days at this pace.',
      },
    ],
  },
  {
    alert: 'HighLatency',
    story: 'after two hours of fast traffic a tenth of the requests is slow',
    series: latencies(counter([60, 240]), counter([60, 120], [54, 30], [60, 90])),
    silentAt: [119, 124],
    firesAt: 135,
    resolvedAt: 165,
    expected: [
      {
        labels: { ...MODEL, severity: 'ticket' },
        summary: 'document of api is slow.',
        description: '95% of its inferences are done within 0.8 s, which is over the threshold of its objective.',
      },
    ],
  },
  {
    alert: 'SloThresholdMissing',
    story: 'a model is deployed with buckets without 0.6 s, then with it',
    series: {
      ...OWNER,
      [`inference_latency_seconds_count{${DOCUMENT}}`]: counter([10, 90]),
      [`inference_latency_seconds_bucket{${DOCUMENT},le="0.5"}`]: counter([10, 90]),
      [`inference_latency_seconds_bucket{${DOCUMENT},le="0.6"}`]: counter(['absent', 40], [10, 50]),
    },
    silentAt: [5],
    firesAt: 25,
    resolvedAt: 45,
    expected: [
      {
        labels: { job: 'api', model_type: 'document', severity: 'ticket' },
        summary: 'document of api has no bucket at the threshold of its latency objective.',
        description: 'Nothing can be counted as slow, so its latency budget is not watched.',
      },
    ],
  },
  {
    alert: 'NoTraffic',
    story: 'a model of which traffic is expected gets none for an hour, another may be idle',
    series: {
      ...requests(counter([10, 30], [0, 60], [10, 60]), counter([0, 150])),
      [`inference_requests_total{${API},model_type="nightly",status="success"}`]: counter([10, 30], [0, 120]),
    },
    silentAt: [29, 45],
    firesAt: 75,
    resolvedAt: 95,
    expected: [
      {
        labels: { ...MODEL, severity: 'ticket' },
        summary: 'document of api gets no requests.',
        description: 'There was none for half an hour, and slo.yml says that there should be.',
      },
    ],
  },
  {
    alert: 'AllTargetsGone',
    story: 'both replicas go, at last only one comes back',
    series: {
      'inferometer_series{job="api",instance="a:9090"}': gauge([80, 20], ['absent', 40]),
      'inferometer_series{job="api",instance="b:9090"}': gauge([80, 30], ['absent', 15], [80, 15]),
      'inferometer_series{job="other",instance="c:9090"}': gauge([80, 60]),
    },
    silentAt: [25, 31],
    firesAt: 35,
    resolvedAt: 46,
    expected: [
      {
        labels: { job: 'api', severity: 'page' },
        summary: 'No process of api tells its metrics any more.',
        description:
          'In the last day there were 2, now there is none: the service is down, or nothing reaches Prometheus.',
      },
    ],
  },
  {
    alert: 'TargetDown',
    story: 'one of two replicas does not answer',
    series: {
      'up{job="api",instance="a:9090"}': gauge([1, 60]),
      'up{job="api",instance="b:9090"}': gauge([1, 10], [0, 20], [1, 30]),
      'inferometer_series{job="api",instance="a:9090"}': gauge([80, 60]),
      'up{job="somebody-elses",instance="c:1"}': gauge([0, 60]),
    },
    silentAt: [9, 14],
    firesAt: 20,
    resolvedAt: 31,
    expected: [
      {
        labels: { instance: 'b:9090', job: 'api', severity: 'ticket' },
        summary: 'b:9090 of api cannot be scraped.',
        description: 'It is a target and has not answered for five minutes.',
      },
    ],
  },
  {
    alert: 'ProcessFlapping',
    story: 'a process starts anew every six minutes for half an hour',
    series: {
      [`nodejs_eventloop_time_seconds_total{${API},nodejs_eventloop_state="active"}`]: `${restarting(6, 36)} ${counter([400, 60])}`,
    },
    silentAt: [13],
    firesAt: 30,
    resolvedAt: 70,
    expected: [
      {
        labels: { ...INSTANCE, severity: 'ticket' },
        summary: 'a:9090 of api starts again and again.',
        description: 'It began anew 5 times in half an hour.',
      },
    ],
  },
  {
    alert: 'EventLoopBlocked',
    story: 'inference blocks for 20 s, which is normal, and later the loop hangs',
    series: { [`nodejs_eventloop_blocked_seconds{${API}}`]: gauge([0, 5], [20, 5], [90, 5], [0, 5]) },
    silentAt: [9, 10],
    firesAt: 12,
    resolvedAt: 16,
    expected: [
      {
        labels: { ...INSTANCE, severity: 'ticket' },
        summary: 'The event loop of a:9090 of api is blocked.',
        description: 'It has not turned for 1m 30s; nothing is answered meanwhile.',
      },
    ],
  },
  {
    alert: 'MemoryNearLimit',
    story: 'a container fills up, and a host that is as full is none of ours',
    series: {
      [`memory_used_bytes{${API}}`]: gauge([500, 10], [950, 30], [500, 10]),
      [`memory_limit_bytes{${API}}`]: gauge([1000, 50]),
      [`inferometer_resource_scope{${API},scope="container"}`]: gauge([1, 50]),
      'memory_used_bytes{job="api",instance="host:9090"}': gauge([990, 50]),
      'memory_limit_bytes{job="api",instance="host:9090"}': gauge([1000, 50]),
      'inferometer_resource_scope{job="api",instance="host:9090",scope="host"}': gauge([1, 50]),
    },
    silentAt: [9, 15],
    firesAt: 30,
    resolvedAt: 42,
    expected: [
      {
        labels: { ...INSTANCE, severity: 'ticket' },
        summary: 'The container of a:9090 of api is almost out of memory.',
        description: '95% of its limit are in use; at the limit it is killed.',
      },
    ],
  },
  {
    alert: 'HeapNearLimit',
    story: 'a heap fills up, one space of it more than the other',
    series: {
      [`v8js_memory_heap_used_bytes{${API},v8js_heap_space_name="old_space"}`]: gauge([400, 10], [800, 30], [400, 10]),
      [`v8js_memory_heap_used_bytes{${API},v8js_heap_space_name="new_space"}`]: gauge([120, 50]),
      [`v8js_memory_heap_size_limit_bytes{${API}}`]: gauge([1000, 50]),
    },
    silentAt: [9, 15],
    firesAt: 30,
    resolvedAt: 42,
    expected: [
      {
        labels: { ...INSTANCE, severity: 'ticket' },
        summary: 'The JavaScript heap of a:9090 of api is almost full.',
        description: '92% of what V8 allows are in use; at the limit the process ends.',
      },
    ],
  },
  {
    alert: 'GpuMemoryNearlyFull',
    story: 'one card is taken whole at the start, which is normal; the other, seen by two processes, leaks',
    series: {
      ...gpu('a:9090', '0', 'GPU-whole', gauge([0, 10], [97, 200])),
      ...gpu('a:9090', '1', 'GPU-leak', gauge([80, 100], [96, 50], [80, 60])),
      ...gpu('b:9090', '0', 'GPU-leak', gauge([80, 100], [96, 50], [80, 60])),
    },
    silentAt: [30, 99],
    firesAt: 110,
    resolvedAt: 151,
    expected: [
      {
        labels: { job: 'api', severity: 'ticket', uuid: 'GPU-leak' },
        summary: 'GPU GPU-leak of api is almost out of memory, and uses ever more.',
        description: '96% are in use, over 5% of it since an hour ago.',
      },
    ],
  },
  {
    alert: 'GpuTelemetryMissing',
    story: 'the probe falls silent',
    series: { [`gpu_probe_up{${API}}`]: gauge([1, 10], [0, 20], [1, 10]) },
    silentAt: [9, 15],
    firesAt: 25,
    resolvedAt: 31,
    expected: [
      {
        labels: { ...INSTANCE, severity: 'ticket' },
        summary: 'GPUs of a:9090 of api tell nothing.',
        description: 'The probe has been silent for ten minutes, or the GPUs are lost.',
      },
    ],
  },
  {
    alert: 'ModelDrift',
    story: 'two replicas see a drift that none sees before there are 500 samples; it is one alert',
    series: {
      ...OWNER,
      [`inference_requests_total{${DOCUMENT},status="success"}`]: counter([30, 300]),
      ...classes(
        'job="api",instance="a:9090"',
        counter([5, 120], [8, 60], [5, 120]),
        counter([5, 120], [2, 60], [5, 120]),
        300,
      ),
      ...classes(
        'job="api",instance="b:9090"',
        counter([5, 120], [8, 60], [5, 120]),
        counter([5, 120], [2, 60], [5, 120]),
        300,
      ),
    },
    silentAt: [20, 119, 150],
    firesAt: 181,
    resolvedAt: 241,
    expected: [
      {
        labels: { model_type: 'document', owner: 'search', severity: 'ticket' },
        summary: 'What document predicts is not like its reference any more.',
        description:
          'The distribution of its classes is 0.38 away (population stability index; 0.1 is a change to look at, 0.25 a large one).',
      },
    ],
  },
  {
    alert: 'ModelDrift',
    story: 'a score set by hand, in a job with traffic and in one without',
    series: {
      ...OWNER,
      [`inference_requests_total{${DOCUMENT},status="success"}`]: counter([30, 200]),
      [`drift_score{${API},metric_type="distribution"}`]: gauge([0.05, 60], [0.18, 60], [0.05, 60]),
      'drift_score{job="quiet",instance="q:9090",metric_type="distribution",model_type="quiet"}': gauge([0.9, 180]),
    },
    silentAt: [59, 70],
    firesAt: 100,
    resolvedAt: 121,
    expected: [
      {
        labels: { severity: 'ticket' },
        summary: 'What the service predicts is not like its reference any more.',
        description:
          'The distribution of its classes is 0.18 away (population stability index; 0.1 is a change to look at, 0.25 a large one).',
      },
    ],
  },
  {
    alert: 'ModelDriftSevere',
    story: 'a drift that is large',
    series: {
      ...OWNER,
      [`inference_requests_total{${DOCUMENT},status="success"}`]: counter([30, 200]),
      [`drift_score{${DOCUMENT},metric_type="distribution"}`]: gauge([0.2, 60], [0.6, 60], [0.2, 60]),
    },
    silentAt: [59, 70],
    firesAt: 100,
    resolvedAt: 121,
    expected: [
      {
        labels: { model_type: 'document', owner: 'search', severity: 'ticket' },
        summary: 'What document predicts is nothing like its reference.',
        description:
          'The distribution of its classes is 0.60 away (population stability index; 0.1 is a change to look at, 0.25 a large one).',
      },
    ],
  },
  {
    alert: 'InferenceDrift',
    story: 'evidence of all replicas passes the threshold, and the classes have changed',
    series: {
      ...requests(counter([20, 120]), counter([0, 120])),
      ...classes(API, counter([18, 120]), counter([2, 120]), 120),
      [`drift_evidence{${DOCUMENT},signal="class",reference="r"}`]: gauge([2, 60], [12, 30], [2, 30]),
      [`drift_evidence_threshold{${DOCUMENT},reference="r"}`]: gauge([10.6, 120]),
    },
    silentAt: [40, 59],
    firesAt: 61,
    resolvedAt: 91,
    expected: [
      {
        labels: { model_type: 'document', owner: 'search', reference: 'r', severity: 'ticket', signal: 'class' },
        summary: 'document: class has drifted from its reference r.',
        description: 'topk(5, drift:psi_contribution{model_type="document",signal="class"}) names the bins.',
      },
    ],
  },
  {
    alert: 'DriftEvaluationStale',
    story: 'evaluations stop after ten minutes and begin again',
    series: {
      [`drift_last_evaluation_timestamp_seconds{${DOCUMENT}}`]: gauge([600, 40], [2400, 20]),
    },
    silentAt: [10, 22],
    firesAt: 35,
    resolvedAt: 41,
    expected: [
      {
        labels: { ...INSTANCE, model_type: 'document', severity: 'ticket' },
        summary: 'Drift of document is not evaluated on a:9090 of api.',
        description: 'The last evaluation was 25m 0s ago; it should be a minute or less.',
      },
    ],
  },
  {
    alert: 'DriftReferenceMissing',
    story: 'one replica of two has a broken file',
    series: {
      [`drift_reference_loaded{${DOCUMENT}}`]: gauge([1, 60]),
      'drift_reference_loaded{job="api",instance="b:9090",model_type="document"}': gauge([1, 5], [0, 30], [1, 25]),
    },
    silentAt: [4, 15],
    firesAt: 30,
    resolvedAt: 36,
    expected: [
      {
        labels: { job: 'api', model_type: 'document', severity: 'ticket' },
        summary: 'document of api has no reference that can be used.',
        description: 'Its drift is not watched; the log of the service says what is wrong with the file.',
      },
    ],
  },
  {
    alert: 'LabelOverflow',
    story: 'error codes overflow for a while',
    series: {
      [`error_count_total{${DOCUMENT},otel_metric_overflow="true"}`]: counter([0, 20], [2, 30], [0, 80]),
      [`inference_requests_total{${DOCUMENT},otel_metric_overflow="true",status="error"}`]: counter([0, 130]),
    },
    silentAt: [19, 22],
    firesAt: 40,
    resolvedAt: 112,
    expected: [
      {
        labels: { job: 'api', severity: 'info' },
        summary: 'api uses more values of a label than its limits allow.',
        description:
          'About 42 records of the last hour are in the overflow series; totals are right, but not all values are told apart.',
      },
    ],
  },
  {
    alert: 'ValuesDropped',
    story: 'confidences that are no numbers',
    series: {
      [`inferometer_dropped_values_total{${API},metric="model_confidence_scores",cause="not_finite"}`]: counter(
        [0, 10],
        [2, 40],
        [0, 40],
      ),
    },
    silentAt: [9, 20],
    firesAt: 45,
    resolvedAt: 66,
    expected: [
      {
        labels: { cause: 'not_finite', job: 'api', metric: 'model_confidence_scores', severity: 'info' },
        summary: 'api records values of model_confidence_scores that cannot be used.',
        description: 'About 30 in 15 minutes were dropped, because of: not_finite.',
      },
    ],
  },
  {
    alert: 'ConfigurationProblem',
    story: 'a deployment with two wrong variables, and the one that mends it',
    series: { [`inferometer_configuration_problems{${API}}`]: gauge([0, 10], [2, 20], [0, 10]) },
    silentAt: [9, 14],
    firesAt: 20,
    resolvedAt: 31,
    expected: [
      {
        labels: { ...INSTANCE, severity: 'info' },
        summary: 'a:9090 of api was started with wrong environment variables.',
        description: '2 are wrong and not used; its log names them.',
      },
    ],
  },
  {
    alert: 'ObserverRestarting',
    story: 'one restart is nothing, three in ten minutes are',
    series: { [`inferometer_observer_restarts_total{${API}}`]: gauge([0, 30], [1, 40], [2, 5], [3, 5], [4, 80]) },
    silentAt: [29, 65],
    firesAt: 85,
    resolvedAt: 120,
    expected: [
      {
        labels: { ...INSTANCE, severity: 'ticket' },
        summary: 'The observer of a:9090 of api does not stay up.',
        description: 'It was started anew about 3 times in half an hour. Counts are kept; scrapes are missed.',
      },
    ],
  },
  {
    alert: 'ExportFailing',
    story: 'some exports fail, which is nothing, then all',
    series: {
      [`inferometer_export_failures_total{${API},exporter="otlp"}`]: counter([0, 10], [1, 60], [0, 30]),
      [`inferometer_exports_total{${API},exporter="otlp"}`]: counter([4, 30], [0, 40], [4, 30]),
    },
    silentAt: [9, 29, 42],
    firesAt: 60,
    resolvedAt: 72,
    expected: [
      {
        labels: { ...INSTANCE, exporter: 'otlp', severity: 'ticket' },
        summary: 'a:9090 of api cannot export with otlp.',
        description:
          'For ten minutes no export has arrived. Totals are cumulative: the next one that arrives brings all.',
      },
    ],
  },
  {
    alert: 'CollectorQueueSaturated',
    story: 'Prometheus is away and the queue fills',
    series: {
      'otelcol_exporter_queue_size{job="otel-collector",instance="c:8888",exporter="otlp_http/prometheus"}': gauge(
        [10, 10],
        [900, 20],
        [10, 10],
      ),
      'otelcol_exporter_queue_capacity{job="otel-collector",instance="c:8888",exporter="otlp_http/prometheus"}': gauge([
        1000, 40,
      ]),
    },
    silentAt: [9, 14],
    firesAt: 20,
    resolvedAt: 31,
    expected: [
      {
        labels: { exporter: 'otlp_http/prometheus', instance: 'c:8888', job: 'otel-collector', severity: 'ticket' },
        summary: 'The queue of otlp_http/prometheus in the collector c:8888 is almost full.',
        description: '90% of it are taken: Prometheus takes less than comes in. What does not fit is lost.',
      },
    ],
  },
  {
    alert: 'CollectorLosingData',
    story: 'the queue is full',
    series: {
      'otelcol_exporter_enqueue_failed_metric_points_total{job="otel-collector",instance="c:8888",exporter="otlp_http/prometheus"}':
        counter([0, 10], [100, 20], [0, 30]),
    },
    silentAt: [9, 13],
    firesAt: 25,
    resolvedAt: 42,
    expected: [
      {
        labels: { exporter: 'otlp_http/prometheus', instance: 'c:8888', job: 'otel-collector', severity: 'ticket' },
        summary: 'The collector c:8888 loses what otlp_http/prometheus should send.',
        description: 'About 1000 points in ten minutes were refused or did not fit into the queue.',
      },
    ],
  },
  {
    alert: 'Watchdog',
    story: 'there is nothing at all',
    series: { 'up{job="api",instance="a:9090"}': gauge([1, 10]) },
    silentAt: [],
    firesAt: 0,
    resolvedAt: undefined,
    expected: [
      {
        labels: { severity: 'none' },
        summary: 'Alerting works.',
        description:
          'It always fires. Have something outside notice when it stops coming: then no other alert would come either.',
      },
    ],
  },
];

function gpu(instance: string, id: string, uuid: string, usedPercent: string): Record<string, string> {
  const labels = `job="api",instance="${instance}",gpu_id="${id}"`;
  return {
    [`gpu_memory_used_bytes{${labels}}`]: usedPercent,
    [`gpu_memory_total_bytes{${labels}}`]: gauge([100, 210]),
    [`gpu_info{${labels},uuid="${uuid}",name="H100",vendor="nvidia"}`]: gauge([1, 210]),
  };
}
