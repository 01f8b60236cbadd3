"""Reads bodies with the parsers of prometheus_client. A JSON object for each line in: {"format", "body"}; one out:
{"families": [[name, type, unit, help, [[sample name, labels, value, exemplar], ...]], ...]} or {"error": text}."""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as text

PARSERS = {"text": text, "openMetrics": open_metrics}


def exemplar(sample):
    if sample.exemplar is None:
        return None
    return [sample.exemplar.labels, repr(float(sample.exemplar.value)), sample.exemplar.timestamp is not None]


for line in sys.stdin:
    request = json.loads(line)
    try:
        families = [
            [
                family.name,
                family.type,
                family.unit,
                family.documentation,
                [[s.name, s.labels, repr(float(s.value)), exemplar(s)] for s in family.samples],
            ]
            for family in PARSERS[request["format"]](request["body"])
        ]
        print(json.dumps({"families": families}))
    except Exception as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}))
