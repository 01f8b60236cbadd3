"""Train both models; write models/ and data/; print what the held-out sets say.

    python -m venv .venv && .venv/bin/pip install -r training/requirements.txt
    .venv/bin/python training/train.py

The same versions give the same files.
"""

import hashlib
import json
import platform
import warnings
from importlib.metadata import version
from pathlib import Path

from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from train_document import train_document
from train_image import train_image

EXAMPLE = Path(__file__).parent.parent
MODELS = EXAMPLE / "models"
DATA = EXAMPLE / "data"
MODEL_VERSION = "2026-11-23"
PACKAGES = ["numpy", "scipy", "scikit-learn", "skl2onnx", "onnx", "onnxruntime"]


def main() -> None:
    # The image model stops after a fixed number of passes by intention.
    warnings.simplefilter("ignore", ConvergenceWarning)
    # Sums in another order differ in the last bits, and the files would too.
    threadpool_limits(1)
    MODELS.mkdir(exist_ok=True)
    DATA.mkdir(exist_ok=True)
    card = {
        "command": "python training/train.py",
        "version": MODEL_VERSION,
        "trainedWith": {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}},
        "models": {
            "document": with_file("document", train_document(MODELS, DATA)),
            "image": with_file("image", train_image(MODELS, DATA)),
        },
    }
    (MODELS / "model-card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    for name, model in card["models"].items():
        holdout = model["holdout"]
        print(f"{name}: {holdout['correct']} of {holdout['items']} held-out items correct, "
              f"accuracy {holdout['accuracy']:.4f}, mean confidence {holdout['confidence']['mean']:.4f}, "
              f"{model['bytes']} bytes")


def with_file(name: str, figures: dict) -> dict:
    content = (MODELS / f"{name}.onnx").read_bytes()
    return {"file": f"{name}.onnx", "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(), **figures}


if __name__ == "__main__":
    main()
