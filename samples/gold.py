"""The gold set that ships: texts of every type, always the same ones, misread as paper is. New versions of the text model are examined with it."""

from __future__ import annotations

from random import Random

from samples import corpus

SEED, EACH, MISREAD = 411_907, 12, 0.05


def texts() -> list[tuple[str, str]]:
    """Type and text."""
    rng = Random(SEED)
    return [(slug, corpus.damage(corpus.body(slug, rng), MISREAD, rng)) for slug in sorted(corpus.seeds()) for _ in range(EACH)]
