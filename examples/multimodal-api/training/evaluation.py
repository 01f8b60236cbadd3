"""Figures for the model card, taken from the exported file, not from the classifier in memory."""

from pathlib import Path

import numpy as np

from export_onnx import predict_onnx


def evaluate(path: Path, inputs: np.ndarray, classes: list[str], labels: list[str]) -> dict:
    probabilities = predict_onnx(path, inputs)
    predicted = np.array(classes)[probabilities.argmax(axis=1)]
    actual = np.array(labels)
    right = predicted == actual
    confidence = probabilities.max(axis=1)
    return {
        "items": len(labels),
        "correct": int(right.sum()),
        "accuracy": round(float(right.mean()), 4),
        "accuracyByClass": {name: round(float(right[actual == name].mean()), 4) for name in classes},
        "confidence": {
            "mean": round(float(confidence.mean()), 4),
            **{f"p{quantile}": round(float(np.percentile(confidence, quantile)), 4) for quantile in (5, 50, 95)},
        },
    }
