"""Train the digit classifier on scikit-learn's 8x8 digits: pixels 0..16 scaled to 0..1, one hidden layer."""

import json
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from evaluation import evaluate
from export_onnx import assert_same_answers, export_onnx

SEED = 2026
HOLDOUT_ITEMS = 400
# Small on purpose: a few kilobytes, and some digits stay doubtful.
HIDDEN_UNITS = 24
MAX_PIXEL = 16
CLASSES = [str(digit) for digit in range(10)]


def train_image(models: Path, data: Path) -> dict:
    digits = load_digits()
    train_pixels, holdout_pixels, train_labels, holdout_labels = train_test_split(
        digits.data, digits.target, test_size=HOLDOUT_ITEMS, stratify=digits.target, random_state=SEED)

    classifier = MLPClassifier(hidden_layer_sizes=(HIDDEN_UNITS,), alpha=0.1, max_iter=120, random_state=SEED)
    classifier.fit(scale(train_pixels), train_labels)
    model = models / "image.onnx"
    export_onnx(classifier, digits.data.shape[1], model)
    assert_same_answers(classifier, model, scale(holdout_pixels))

    with (data / "image.holdout.jsonl").open("w", encoding="utf-8") as file:
        for pixels, digit in zip(holdout_pixels, holdout_labels):
            file.write(json.dumps({"pixels": [int(pixel) for pixel in pixels], "digit": str(digit)},
                                  separators=(",", ":")) + "\n")

    return {
        "algorithm": f"multi-layer perceptron, {HIDDEN_UNITS} hidden units",
        "input": "float32 [N, 64]",
        "classes": CLASSES,
        "seed": SEED,
        "trainingItems": len(train_labels),
        "holdout": evaluate(model, scale(holdout_pixels), CLASSES, [str(digit) for digit in holdout_labels]),
    }


def scale(pixels: np.ndarray) -> np.ndarray:
    return (pixels / MAX_PIXEL).astype(np.float32)
