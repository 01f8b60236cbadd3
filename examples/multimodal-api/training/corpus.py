"""Compose labelled documents from the hand-written sentences in corpus/.

The sentences are split before any document is composed: a held-out document
holds no sentence that a training document holds. Documents are made hard on
purpose. Some have a single sentence about their topic, a quarter quote a
sentence about another one, and some sentences belong to two topics at once; a
person would disagree with some labels too. That keeps the held-out accuracy
below 100% and lets confidence vary.

The sentences alone are too few to learn a topic's vocabulary from, so training
also sees handfuls of words from glossary/. The held-out set has none of those.
"""

import random
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
GLOSSARY = Path(__file__).parent / "glossary"
TOPICS = ["technology", "sports", "business", "health", "science", "travel", "politics", "entertainment"]

CITIES = ["Porto", "Leeds", "Turin", "Graz", "Bergen", "Utrecht", "Nantes", "Kyoto", "Tampere", "Bologna", "Austin",
          "Cork", "Ghent", "Valencia", "Krakow", "Durban", "Halifax", "Rosario", "Izmir", "Pune"]
COUNTRIES = ["Norway", "Chile", "Kenya", "Portugal", "Vietnam", "Canada", "Georgia", "Peru", "Japan", "Morocco",
             "Finland", "Ghana", "Austria", "Uruguay", "Nepal"]
PEOPLE = ["Ana Ferreira", "Jonas Lindqvist", "Mei Tanaka", "Oluwaseun Ade", "Claire Dubois", "Marek Nowak",
          "Priya Raman", "Tomás Herrera", "Ingrid Solberg", "David Okafor", "Léa Martin", "Yusuf Demir",
          "Hannah Weiss", "Rui Carvalho", "Siobhán Walsh", "Pavel Dvořák"]
COMPANIES = ["Norvane", "Halden Group", "Kestrel", "Brightwater", "Ostro", "Lumen & Sons", "Tessaly", "Quillmark",
             "Verdane", "Arkwright", "Solmar", "Pinecrest"]
WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December"]
CLUB_NAMES = ["Rovers", "United", "Athletic", "Wanderers"]


@dataclass(frozen=True)
class Document:
    text: str
    topic: str


@dataclass(frozen=True)
class Sentences:
    """What one side of the split may draw from."""

    by_topic: dict[str, list[str]]
    neutral: list[str]


def read_sentences() -> Sentences:
    def read(name: str) -> list[str]:
        return (CORPUS / f"{name}.txt").read_text(encoding="utf-8").splitlines()

    return Sentences({topic: read(topic) for topic in TOPICS}, read("neutral"))


def split_sentences(sentences: Sentences, kept_back_share: float, seed: int) -> tuple[Sentences, Sentences]:
    """Split each topic's sentences in two: the rest, and the share that is kept back."""
    chooser = random.Random(seed)

    def split(lines: list[str]) -> tuple[list[str], list[str]]:
        shuffled = chooser.sample(lines, len(lines))
        kept_back = round(len(lines) * kept_back_share)
        return shuffled[kept_back:], shuffled[:kept_back]

    topics = {topic: split(lines) for topic, lines in sentences.by_topic.items()}
    neutral = split(sentences.neutral)
    return (Sentences({topic: pair[0] for topic, pair in topics.items()}, neutral[0]),
            Sentences({topic: pair[1] for topic, pair in topics.items()}, neutral[1]))


def compose_documents(sentences: Sentences, per_topic: int, seed: int) -> list[Document]:
    """`per_topic` different documents of each topic, in random order."""
    chooser = random.Random(seed)
    documents: dict[str, Document] = {}
    for topic in TOPICS:
        target = len(documents) + per_topic
        while len(documents) < target:
            text = compose(topic, sentences, chooser)
            documents.setdefault(text, Document(text, topic))
    shuffled = list(documents.values())
    chooser.shuffle(shuffled)
    return shuffled


def compose_glossaries(per_topic: int, seed: int) -> list[Document]:
    """Bags of 6 to 14 words that belong to a topic; for training only."""
    chooser = random.Random(seed)
    words = {topic: (GLOSSARY / f"{topic}.txt").read_text(encoding="utf-8").split() for topic in TOPICS}
    return [Document(" ".join(chooser.sample(words[topic], chooser.randint(6, 14))), topic)
            for topic in TOPICS for _ in range(per_topic)]


def compose(topic: str, sentences: Sentences, chooser: random.Random) -> str:
    own = chooser.sample(sentences.by_topic[topic], chooser.choices([1, 2, 3, 4, 5], weights=[15, 25, 30, 20, 10])[0])
    rest = own[1:] + chooser.sample(sentences.neutral, chooser.choices([0, 1, 2], weights=[40, 40, 20])[0])
    if chooser.random() < 0.25:
        other = chooser.choice([name for name in TOPICS if name != topic])
        rest.append(chooser.choice(sentences.by_topic[other]))
    chooser.shuffle(rest)
    # The lead is always about the topic, as an editor who files the text would want it.
    return " ".join(fill(sentence, chooser) for sentence in [own[0], *rest])


def fill(sentence: str, chooser: random.Random) -> str:
    city = chooser.choice(CITIES)
    return sentence.format(
        city=city,
        team=f"{chooser.choice(CITIES)} {chooser.choice(CLUB_NAMES)}",
        country=chooser.choice(COUNTRIES),
        person=chooser.choice(PEOPLE),
        company=chooser.choice(COMPANIES),
        weekday=chooser.choice(WEEKDAYS),
        month=chooser.choice(MONTHS),
        year=chooser.randint(1998, 2026),
        small=chooser.randint(3, 19),
        percent=chooser.randint(2, 60),
        number=chooser.choice([40, 60, 90, 120, 250, 400, 800, 1200, 3000, 15000, 40000]),
    )
