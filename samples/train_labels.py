"""Trains the model of protected content that ships: `python -m samples.train_labels [--into models/sensitivity]`.

Learns from the sentences of `sensitive.yaml`, set between lines of the seed corpus: some ask for protection, some only hold the same words.
Is judged besides on those of `sensitive_held.yaml`, of which nothing is learnt.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import yaml

from pipeline.engines.linear_labels import EVEN, LinearAsking, save
from pipeline.engines.type_features import features
from pipeline.mention import REACH, passage_around
from pipeline.sensitivity import ASKED_STRONG, ASKED_WEAK, HINTS, asking
from samples import corpus
from samples.train import matrix

SEED, FOLDS, EACH = 20_262, 5, 6
NOISE = (0.0, 0.0, 0.03, 0.06)
PROTECTED = {"substance_use", "behavioral_health"}  # their lines would be asking beside what only mentions
SENTENCES, HELD = (Path(__file__).parent / f"{name}.yaml" for name in ("sensitive", "sensitive_held"))
CARD = """# Model of protected content

One logistic row over hashed words, word pairs and character 3- to 5-grams of the clause around a masked hint such as `methadone`, up to
{around} words on either side, and of the cues that it stands under (`pipeline/mention.py`): does the text say that it is this patient's own,
or does it only mention it? Float16 weights in `.npz`, no pickle.
`pipeline/sensitivity.py` asks it only where a hint stands; notices and test results are rules.

- Made by `python -m samples.train_labels` in {seconds:.0f} s of processor time from {count} sentences written for this purpose
  (`samples/sensitive.yaml`), each drawn {each} times a label between lines of the seed corpus, half of them misread.
- {folds}-fold cross-validation in which no sentence was learnt in any wording, at the lines for plain hints ({strong}) and for weak ones ({weak}):

| label | passages that ask | found | found, weak hint | that only mention | taken for asking | taken, weak hint |
| --- | --- | --- | --- | --- | --- | --- |
{rows}

- {held_count} further sentences, of which nothing was learnt (`samples/sensitive_held.yaml`), each on {each} pages, judged as a page is,
  by rules, hints and model.
  A sentence that no hint names counts as not found.

| label | sentences that ask | found | that only mention | taken for asking |
| --- | --- | --- | --- | --- |
{held}

Limits: written sentences, all by one author, no real charts; English only; what no hint names is not found.
"""


class Passage(NamedTuple):
    """The words around a masked hint, its label, whether protection is asked for, and the sentence it was drawn from."""

    text: str
    label: str
    asks: bool
    sentence: str


def main() -> None:
    """Train, cross-validate, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--into", type=Path, default=Path("models/sensitivity"))
    args = parser.parse_args()
    passages = list(draw(Random(SEED)))
    rows, count = "\n".join(measured(passages)), len({one.sentence for one in passages})
    model = fit(passages)
    save(model, args.into)
    judged = list(on_pages(model, Random(SEED)))
    facts: dict[str, Any] = {"held": "\n".join(_tallied(judged)), "held_count": len({one.sentence for one in judged})}
    facts |= {"around": REACH, "each": EACH, "folds": FOLDS, "strong": ASKED_STRONG, "weak": ASKED_WEAK}
    card = CARD.format(**facts, seconds=sum(os.times()[:4]), count=count, rows=rows)
    (args.into / "CARD.md").write_text(card)
    print(card)  # noqa: T201


def draw(rng: Random) -> Iterator[Passage]:
    """Every sentence in many wordings between other lines, cut to what the model reads around each hint."""
    written = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))
    terms = written.pop("terms")
    for label, kinds in written.items():
        for kind, sentences in kinds.items():
            for sentence in sentences:
                for name in terms if label == "any" else (label,):
                    for _ in range(EACH):
                        said = corpus.expand(sentence.replace("{term}", rng.choice(terms[name])), rng)
                        yield from (Passage(text, name, kind == "asks", sentence) for text in passages_of(said, name, rng))


def passages_of(said: str, label: str, rng: Random) -> Iterator[str]:
    """What the model would read around one of the hints of a sentence on a page."""
    text, start, end = on_page(said, rng)
    hits = [hit for pattern, _ in HINTS[label] for hit in pattern.finditer(text) if start <= hit.start() < end]
    if hits:
        hit, noise = rng.choice(hits), rng.choice(NOISE)
        before, after = (corpus.damage(part, noise, rng) for part in (text[: hit.start()], text[hit.end() :]))
        yield passage_around(before + hit[0] + after, len(before), len(before) + len(hit[0]))


def on_page(said: str, rng: Random) -> tuple[str, int, int]:
    """A sentence between lines that ask for nothing, and where it begins and ends."""
    plain = sorted(corpus.seeds().keys() - PROTECTED)
    before, after = (corpus.body(rng.choice(plain), rng) for _ in range(2))
    return f"{before}\n{said}\n{after}", len(before) + 1, len(before) + 1 + len(said)


class Judged(NamedTuple):
    """A held sentence on one page: its label, whether it asks for it, and whether it was given."""

    sentence: str
    label: str
    asks: bool
    given: bool


def on_pages(model: LinearAsking, rng: Random) -> Iterator[Judged]:
    """Every held sentence on several pages."""
    for label, kinds in yaml.safe_load(HELD.read_text(encoding="utf-8")).items():
        for kind, sentences in kinds.items():
            for sentence in sentences:
                for _ in range(EACH):
                    text, start, end = on_page(corpus.expand(sentence, rng), rng)
                    given = any(name == label and start <= hit.start() < end for name, hit in asking(text, model))
                    yield Judged(sentence, label, kind == "asks", given)


def _tallied(judged: Sequence[Judged]) -> Iterator[str]:
    """A row of figures a label, and one of all."""
    for name in (*sorted({one.label for one in judged}), "all"):
        cells = []
        for asks in (True, False):
            own = [one for one in judged if one.asks is asks and name in {one.label, "all"}]
            cells += [f"{len({one.sentence for one in own})}", f"{np.mean([one.given for one in own]):.3f}"]
        yield f"| {name} | {' | '.join(cells)} |"


def fit(passages: Sequence[Passage]) -> LinearAsking:
    """What asks against what only mentions, over all labels: the cues are the same."""
    from sklearn.linear_model import LogisticRegression

    rows: Any = matrix([features(one.text) for one in passages], EVEN)
    row = LogisticRegression(C=5.0, class_weight="balanced", solver="liblinear", random_state=SEED).fit(rows, [one.asks for one in passages])
    return LinearAsking(row.coef_[0].astype(np.float16), float(row.intercept_[0]))


def measured(passages: Sequence[Passage]) -> Iterator[str]:
    """A row of figures a label, every sentence judged by a model that never saw it."""
    fold_of = {sentence: Random(sentence).randrange(FOLDS) for sentence in {one.sentence for one in passages}}
    judged: dict[tuple[str, bool], list[float]] = {}
    for fold in range(FOLDS):
        model = fit([one for one in passages if fold_of[one.sentence] != fold])
        for one in passages:
            if fold_of[one.sentence] == fold:
                judged.setdefault((one.label, one.asks), []).append(model.asks(one.text))
    for label in sorted({label for label, _ in judged}):
        cells = []
        for asks in (True, False):
            chances = np.array(judged[label, asks])
            cells += [f"{len(chances)}", f"{np.mean(chances >= ASKED_STRONG):.3f}", f"{np.mean(chances >= ASKED_WEAK):.3f}"]
        yield f"| {label} | {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
