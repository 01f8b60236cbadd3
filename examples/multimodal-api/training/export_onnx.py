"""Write a fitted scikit-learn classifier as an ONNX file and prove that it answers alike."""

from pathlib import Path

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType

# Low enough for every onnxruntime of the last years; nothing newer is needed.
TARGET_OPSETS = {"": 17, "ai.onnx.ml": 3}


def export_onnx(classifier, width: int, path: Path) -> None:
    """The file takes float32 `input` [N, width] and gives `label` [N] and `probabilities` [N, classes]."""
    model = to_onnx(
        classifier,
        initial_types=[("input", FloatTensorType([None, width]))],
        options={id(classifier): {"zipmap": False}},
        target_opset=TARGET_OPSETS,
        # Otherwise the graph is named by a random UUID and no two files are alike.
        name=path.stem,
    )
    path.write_bytes(model.SerializeToString())


def predict_onnx(path: Path, inputs: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    return session.run(["probabilities"], {"input": inputs.astype(np.float32)})[0]


def assert_same_answers(classifier, path: Path, inputs: np.ndarray) -> None:
    np.testing.assert_allclose(predict_onnx(path, inputs), classifier.predict_proba(inputs), atol=1e-4)
