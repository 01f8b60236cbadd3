"""Turn a text into a fixed-length vector without a vocabulary.

The service does the same in TypeScript (src/features/). Both are held to
models/document.vectors.json, which `train.py` writes, so keep them in step:

1. NFKD, drop combining marks U+0300..U+036F, lower-case: "Café" becomes "cafe".
2. Tokens are the runs of [a-z0-9]; a token in `stop_words` is dropped.
3. A token gives two features: itself, and "^" plus its first `prefix_length`
   characters if it is longer than that (a crude stem: voted, voters, voting).
4. A feature's FNV-1a hash h adds to index h % dimensions, minus 1 if h's top
   bit is set and plus 1 otherwise, so that collisions cancel on average
   (Weinberger et al., "Feature Hashing for Large Scale Multitask Learning", 2009).
5. The vector is scaled to length 1. A text without tokens is all zeros.
"""

import re
import unicodedata

import numpy as np

TOKEN = re.compile(r"[a-z0-9]+")
COMBINING_MARKS = re.compile("[\u0300-\u036f]")


def tokenise(text: str, stop_words: frozenset[str]) -> list[str]:
    folded = COMBINING_MARKS.sub("", unicodedata.normalize("NFKD", text)).lower()
    return [token for token in TOKEN.findall(folded) if token not in stop_words]


def fnv1a(text: str) -> int:
    """32-bit FNV-1a of an ASCII string (RFC 9923)."""
    value = 0x811C9DC5
    for byte in text.encode("ascii"):
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def hash_features(text: str, dimensions: int, prefix_length: int, stop_words: frozenset[str]) -> np.ndarray:
    vector = np.zeros(dimensions, dtype=np.float64)
    for token in tokenise(text, stop_words):
        features = [token]
        if len(token) > prefix_length:
            features.append("^" + token[:prefix_length])
        for feature in features:
            value = fnv1a(feature)
            vector[value % dimensions] += -1.0 if value >> 31 else 1.0
    length = np.sqrt(np.sum(vector * vector))
    if length > 0:
        vector /= length
    return vector.astype(np.float32)
