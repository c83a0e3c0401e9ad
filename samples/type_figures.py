"""What held-out texts say of a document-type model: its calibration, and the figures that its card shows.

Scores come from models that saw neither the text nor, of a seed text, its layout.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.classify import folder_shares, weigh
from pipeline.engines.spacy_types import shares_of
from pipeline.titles import Title
from schemas.catalogue import Catalogue
from schemas.page import Box
from schemas.rules import ClassifyRules

TITLED = 0.75  # of the documents carry a title
TITLE_READ = {0.0: 1.0, 0.05: 0.97, 0.1: 0.9}  # how often it is found on a page of which so many characters are misread
LEVELS = 3  # times that one text is scored
OWN = 0.985  # before anything is seen, of the texts taken for a type so many are of it
BELIEVED = 5  # texts that this is worth: more leaves the surest of a mistaken type too sure
TITLE_WRONG = 0.002  # how often what is found is another type's

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class HeldOut:
    """Raw scores of texts (rows) by slug (columns), and which column is right."""

    slugs: tuple[str, ...]
    raw: Doubles
    right: NDArray[np.int64]

    def only(self, rows: NDArray[Any]) -> HeldOut:
        """Some of the texts."""
        return HeldOut(self.slugs, self.raw[rows], self.right[rows])


class Calibration(NamedTuple):
    """What makes shares of scores."""

    temperature: float
    confusions: Doubles

    def shares(self, held: HeldOut) -> Doubles:
        """Calibrated shares."""
        return np.asarray(shares_of(held.raw, self.temperature, self.confusions))


def calibrate(held: Sequence[HeldOut]) -> Calibration:
    """The temperature and the confusions under which the right slugs are likeliest; every set of texts counts alike."""
    found = [Calibration(float(t), confusions(held, float(t))) for t in np.geomspace(0.08, 0.24, 8)]
    return min(found, key=lambda tried: sum(_missed(tried, one) for one in held))


def confusions(held: Sequence[HeldOut], temperature: float) -> Doubles:
    """What texts are that the model takes for each type, by expectation and maximisation from nearly nothing but themselves."""
    size = len(held[0].slugs)
    before = OWN * np.eye(size) + (1 - OWN) / size
    found = before
    for _ in range(8):
        counts = BELIEVED * before
        for one in held:
            told = shares_of(one.raw, temperature, np.eye(size)) * found[:, one.right].T
            np.add.at(counts.T, one.right, told / told.sum(axis=1, keepdims=True) / LEVELS)
        found = counts / counts.sum(axis=1, keepdims=True)
    return found


def halves(held: Mapping[float, HeldOut]) -> dict[float, Doubles]:
    """Shares of every text, calibrated on the other half of the texts."""
    size = len(next(iter(held.values())).right)
    odd = np.arange(size) % 2 == 1
    shares = {noise: np.zeros_like(one.raw) for noise, one in held.items()}
    for half in (odd, ~odd):
        calibration = calibrate([one.only(np.flatnonzero(~half)) for one in held.values()])
        for noise, one in held.items():
            shares[noise][half] = calibration.shares(one.only(np.flatnonzero(half)))
    return shares


def _missed(tried: Calibration, held: HeldOut) -> float:
    return float(-np.log(tried.shares(held)[np.arange(len(held.right)), held.right]).mean())


class Figures(NamedTuple):
    """Of texts alone: how many are right, how far confidence is from the truth, how many are covered where 99 of 100 are right."""

    texts: int
    accuracy: float
    calibration_error: float
    covered: float
    folder_accuracy: float
    folder_calibration_error: float
    folder_covered: float  # where 995 of 1,000 are right


def measure(held: HeldOut, shares: Doubles, catalogue: Catalogue) -> Figures:
    """Figures of held-out texts and their shares."""
    top, hit = shares.max(axis=1), shares.argmax(axis=1) == held.right
    folders = [catalogue[slug].folder for slug in held.slugs]
    names = sorted(set(folders))
    together = shares @ np.array([[folder == name for name in names] for folder in folders], float)
    inside = np.array([names.index(folders[right]) for right in held.right])
    folder_top, folder_hit = together.max(axis=1), together.argmax(axis=1) == inside
    return Figures(
        len(hit),
        float(hit.mean()),
        calibration_error(top, hit),
        covered_at(top, hit, 0.99),
        float(folder_hit.mean()),
        calibration_error(folder_top, folder_hit),
        covered_at(folder_top, folder_hit, 0.995),
    )


def calibration_error(confidence: Doubles, hit: NDArray[np.bool_]) -> float:
    """The expected calibration error over ten bins of equal width."""
    bins = np.minimum((confidence * 10).astype(int), 9)
    return float(sum(abs(confidence[bins == b].mean() - hit[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())))


def covered_at(confidence: Doubles, hit: NDArray[np.bool_], right: float) -> float:
    """The largest share of texts, the surest first, of which `right` are right."""
    running = np.cumsum(hit[np.argsort(-confidence)]) / np.arange(1, len(hit) + 1)
    good = np.flatnonzero(running >= right)
    return (int(good[-1]) + 1) / len(hit) if len(good) else 0.0


class Selective(NamedTuple):
    """Of documents of which three in four are titled: what is sure at the line, how much of it is wrong, and how far confidence is from the truth."""

    covered: float
    wrong: float
    calibration_error: float
    folder_covered: float
    folder_wrong: float
    folder_calibration_error: float


def with_titles(held: HeldOut, shares: Doubles, misread: float, catalogue: Catalogue, rules: ClassifyRules) -> Selective:
    """Figures of title and text weighed against one another; titles are drawn, three in four, as often found and as often wrong as on pages."""
    rng = Random(7)
    sure, folder_sure = [], []
    for text, right in zip(shares, held.right, strict=True):
        titles = list(_drawn_title(held.slugs[right], misread, catalogue, rng))
        weighed = weigh(dict(zip(held.slugs, text.tolist(), strict=True)), titles)
        best = max(weighed, key=lambda slug: weighed[slug])
        folders = folder_shares(weighed, catalogue)
        folder = max(folders, key=lambda name: folders[name])
        line = rules.sure_at if any(title.slug == best for title in titles) else rules.sure_untitled_at
        sure.append((weighed[best], best == held.slugs[right], weighed[best] >= line))
        folder_sure.append((folders[folder], folder == catalogue[held.slugs[right]].folder, folders[folder] >= rules.sure_folder_at))
    return Selective(*_selected(sure), *_selected(folder_sure))


def _selected(told: Sequence[tuple[float, bool, bool]]) -> tuple[float, float, float]:
    confidence, hit, sure = (np.array(column) for column in zip(*told, strict=True))
    return float(sure.mean()), float(1 - hit[sure].mean()) if sure.any() else 0.0, calibration_error(confidence, hit)


def _drawn_title(slug: str, misread: float, catalogue: Catalogue, rng: Random) -> Iterator[Title]:
    if rng.random() < TITLED * TITLE_READ[misread]:
        named = rng.choice([other for other in catalogue.types if other != slug]) if rng.random() < TITLE_WRONG else slug
        yield Title(named, "", rng.choice((0.002, 0.004)), Box(0, 0, 1, 1))


def rows(figures: Mapping[str, NamedTuple]) -> str:
    """A line of a table for each set of figures."""
    return "\n".join(
        f"| {name} | " + " | ".join(f"{value:.3f}" if isinstance(value, float) else str(value) for value in one) + " |"
        for name, one in figures.items()
    )
