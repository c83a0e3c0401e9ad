"""Whether two readings can be of one person although a reader stumbled. Knows how characters are confused; must not know the patient index."""

from __future__ import annotations

import re
from itertools import combinations

from rapidfuzz.distance import JaroWinkler, Levenshtein

from pipeline.fields.lexicon import fold
from schemas.document import PageIdentity

ALIKE = 0.86
CONFUSED = tuple(map(frozenset, ("06", "08", "38", "58", "56", "17", "14", "49", "27", "35", "69", "89", "68", "39")))


def two_people(said: list[PageIdentity]) -> bool:
    """Whether some pair of identities cannot be one person's."""
    return any(cannot_be_one(a, b) for a, b in combinations(list(dict.fromkeys(said)), 2))


def cannot_be_one(a: PageIdentity, b: PageIdentity) -> bool:
    """Whether names, birth dates or record numbers of two readings exclude one person.

    A record number that agrees excuses one misread digit of a birth date; it excuses no other name and no other date.
    """
    names, births, numbers = _names_fit(a.name, b.name), _births_fit(a.dob, b.dob), _numbers_fit(a.mrn, b.mrn)
    if names is False or births is False:
        return True
    return numbers is False and not (names and births)


def _names_fit(a: str | None, b: str | None) -> bool | None:
    if not a or not b:
        return None
    (last_a, first_a, suffix_a), (last_b, first_b, suffix_b) = _parted(a), _parted(b)
    if suffix_a and suffix_b and suffix_a != suffix_b:
        return False
    straight = (_alike(last_a, last_b) or _part_of_last(a, b)) and _first_alike(first_a, first_b)
    turned = _alike(last_a, first_b) and _alike(first_a, last_b)
    return straight or turned or _run_together(a, b)


def _parted(name: str) -> tuple[str, str, str]:
    last, _, rest = name.partition(", ")
    given = rest.split()
    suffix = given[-1] if len(given) > 1 and given[-1] in {"JR", "SR", "II", "III", "IV"} else ""
    return fold(last), fold(given[0]) if given else "", suffix


def _part_of_last(a: str, b: str) -> bool:
    """As with "DE LA CRUZ" and "CRUZ", "SMITH-JONES" and "JONES": one last name is printed with fewer of its parts."""
    parts_a, parts_b = ({fold(part) for part in re.split(r"[\s\-]+", name.partition(", ")[0]) if len(part) > 2} for name in (a, b))
    return bool(parts_a) and bool(parts_b) and (parts_a <= parts_b or parts_b <= parts_a)


def _alike(a: str, b: str) -> bool:
    longer = max(len(a), len(b))
    return a == b or (longer > 3 and (JaroWinkler.similarity(a, b) >= ALIKE + 0.04 or Levenshtein.distance(a, b) <= longer // 5))


def _first_alike(a: str, b: str) -> bool:
    return _alike(a, b) or (min(len(a), len(b)) == 1 and a[:1] == b[:1])


def _run_together(a: str, b: str) -> bool:
    return _alike(fold(a), fold(b)) and Levenshtein.distance(fold(a), fold(b)) <= 2 and fold(a)[:3] == fold(b)[:3]


def _births_fit(a: str | None, b: str | None) -> bool | None:
    if not a or not b:
        return None
    wrong = [(x, y) for x, y in zip(a, b, strict=True) if x != y]
    return len(wrong) <= 1 and all(frozenset(pair) in CONFUSED for pair in ("".join(p) for p in wrong))


def _numbers_fit(a: str | None, b: str | None) -> bool | None:
    if not a or not b:
        return None
    bare_a, bare_b = fold(a), fold(b)
    return bare_a.endswith(bare_b) or bare_b.endswith(bare_a) or Levenshtein.distance(bare_a, bare_b) <= 1
