"""Train the topic classifier: hashed words, then multinomial logistic regression."""

import json
from pathlib import Path

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from corpus import Document, TOPICS, compose_documents, compose_glossaries, read_sentences, split_sentences
from evaluation import evaluate
from export_onnx import assert_same_answers, export_onnx
from feature_hashing import hash_features, tokenise
from stop_words import STOP_WORDS

SEED = 2026
DIMENSIONS = 2048
PREFIX_LENGTH = 5
CLASSES = sorted(TOPICS)
TRAINING_PER_TOPIC = 400
GLOSSARY_PER_TOPIC = 300
HOLDOUT_PER_TOPIC = 50
KEPT_BACK_SHARE = 0.3
REGULARISATION = [16, 64, 256, 1024]
DEVELOPMENT_SPLITS = 5

# The rules that Python and TypeScript could most easily disagree about.
VECTOR_TEXTS = [
    "",
    "?!",
    "the of and",
    "The striker scored twice in the second half.",
    "vote voted voters voting",
    "Café CAFÉ cafe\u0301",
    "İstanbul and 300 \u212a",
    "ﬁlm ﬁnal ſcience m² ½",
    "sun\u2014moon, state-of-the-art; it's",
    "Привет 世界 🚀 rocket",
    "１２３ full\u3000width",
    "tab\tnew\nline\u00a0space\u200bzero",
    "Straße ΣΊΣΥΦΟΣ Åse Þór",
    "goal " * 40 + "tax",
]


def train_document(models: Path, data: Path) -> dict:
    training, holdout = split_sentences(read_sentences(), KEPT_BACK_SHARE, SEED)
    documents = training_documents(training, SEED + 1)
    held_out = compose_documents(holdout, HOLDOUT_PER_TOPIC, SEED + 2)

    strength = choose_regularisation(training)
    classifier = fit(documents, strength)
    model = models / "document.onnx"
    export_onnx(classifier, DIMENSIONS, model)
    inputs = vectorise(held_out)
    assert_same_answers(classifier, model, inputs)

    write_preprocessing(models / "document.preprocessing.json")
    write_vectors(models / "document.vectors.json")
    with (data / "document.holdout.jsonl").open("w", encoding="utf-8") as file:
        for document in held_out:
            file.write(json.dumps({"text": document.text, "topic": document.topic}, ensure_ascii=False) + "\n")

    return {
        "algorithm": f"FNV-1a feature hashing, multinomial logistic regression (C={strength})",
        "input": f"float32 [N, {DIMENSIONS}]",
        "classes": CLASSES,
        "seed": SEED,
        "trainingItems": len(documents),
        "holdout": evaluate(model, inputs, CLASSES, [document.topic for document in held_out]),
    }


def training_documents(sentences, seed: int) -> list[Document]:
    return compose_documents(sentences, TRAINING_PER_TOPIC, seed) + compose_glossaries(GLOSSARY_PER_TOPIC, seed)


def choose_regularisation(training) -> float:
    """The C with the lowest log loss on training sentences kept back for this: the held-out set has no say.

    One split of so few sentences is noisy, hence several.
    """
    splits = []
    for number in range(DEVELOPMENT_SPLITS):
        fitting, development = split_sentences(training, KEPT_BACK_SHARE, SEED + 3 + number)
        splits.append((training_documents(fitting, SEED + 3),
                       compose_documents(development, HOLDOUT_PER_TOPIC, SEED + 4)))

    def loss(strength: float) -> float:
        return sum(log_loss([CLASSES.index(document.topic) for document in checks],
                            fit(documents, strength).predict_proba(vectorise(checks)))
                   for documents, checks in splits)

    return min(REGULARISATION, key=loss)


def fit(documents: list[Document], strength: float) -> LogisticRegression:
    classifier = LogisticRegression(C=strength, max_iter=1000)
    classifier.fit(vectorise(documents), [CLASSES.index(document.topic) for document in documents])
    return classifier


def vectorise(documents: list[Document]) -> np.ndarray:
    return np.stack([features(document.text) for document in documents])


def features(text: str) -> np.ndarray:
    return hash_features(text, DIMENSIONS, PREFIX_LENGTH, frozenset(STOP_WORDS))


def write_preprocessing(path: Path) -> None:
    path.write_text(json.dumps({
        "dimensions": DIMENSIONS,
        "prefixLength": PREFIX_LENGTH,
        "stopWords": STOP_WORDS,
    }, indent=2) + "\n", encoding="utf-8")


def write_vectors(path: Path) -> None:
    """Non-zero elements only, as [index, value]."""
    cases = [{
        "text": text,
        "tokens": tokenise(text, frozenset(STOP_WORDS)),
        "features": [[int(index), float(vector[index])] for index in np.flatnonzero(vector)],
    } for text in VECTOR_TEXTS for vector in [features(text)]]
    lines = ",\n".join("  " + json.dumps(case, ensure_ascii=True) for case in cases)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
