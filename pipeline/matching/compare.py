"""How each identifier of a claim agrees with an index entry, as a level in words. Knows no weights and takes no decision.

A level of "" means that one side does not say.
"""

from __future__ import annotations

from typing import NamedTuple

from rapidfuzz.distance import OSA, Hamming, JaroWinkler

from pipeline.matching.fold import Who, fold_ocr, is_placeholder
from pipeline.matching.nicknames import stands_for

EXACT = "exact"
OCR = "look-alike letters"
ONE_EDIT = "one letter off"
TWO_EDITS = "two letters off"
SIMILAR = "similar"
DIFFER = "different"
PART = "part of a double surname"
PREVIOUS = "previous last name"
NICKNAME = "nickname"
INITIAL = "initial"
COMPOUND = "part of the given names"
MIDDLE_USED = "middle name used"
PLACEHOLDER = "newborn placeholder"
SWAPPED = "first and last swapped"
NEARLY_SWAPPED = "first and last swapped, nearly"
ONE_DIGIT = "one digit off"
TRANSPOSED = "two digits transposed"
DAY_MONTH = "day and month swapped"
DAY_OR_MONTH = "another day or month"
TWO_DIGITS = "two digits off"
CENTURY = "century differs"
YEAR_ONLY = "year only"
HOUSE_STREET = "house and street"
HOUSE_ZIP = "house and ZIP"
STREET_ZIP = "street and ZIP"
ZIP_ONLY = "ZIP only"
FOREIGN = "equal, issuer not stated"
FOREIGN_DIFFER = "another number, issuer not stated"
GENERATION = "numeral for junior"

FIELDS = ("last_name", "first_name", "middle_name", "suffix", "sex", "dob", "phone", "address", "ssn_last4", "mrn")
CONFUSABLE = frozenset({"CE", "CG", "CO", "EF", "HN", "VY", "UN", "IT", "LT", "AO", "PR", "BR", "FP", "FT", "GO", "KX", "MN", "GQ"})


class Levels(NamedTuple):
    """One level a field, in the order of FIELDS."""

    last_name: str
    first_name: str
    middle_name: str
    suffix: str
    sex: str
    dob: str
    phone: str
    address: str
    ssn_last4: str
    mrn: str


def compare(claim: Who, other: Who, *, mrn_is_ours: bool) -> Levels:
    """Level of every field of a claim against an index entry."""
    last, first = name_levels(claim, other)
    return Levels(
        last,
        first,
        middle_level(claim.middle, other.middle) if first not in (COMPOUND, MIDDLE_USED) else "",
        suffix_level(claim.suffix, other.suffix),
        plain_level(claim.sex, other.sex),
        dob_level(claim.dob, other.dob),
        number_level(claim.phone, other.phone),
        address_level(claim, other),
        number_level(claim.ssn, other.ssn),
        mrn_level(claim.mrn, other.mrn, ours=mrn_is_ours),
    )


def name_levels(claim: Who, other: Who) -> tuple[str, str]:
    """Levels of last and first name; both SWAPPED or NEARLY_SWAPPED when they agree the other way round only."""
    last, first = last_level(claim, other), first_level(claim, other)
    swapped = _swapped(claim, other) if last == DIFFER and first == DIFFER else ""
    return (swapped, swapped) if swapped else (last, first)


def _swapped(claim: Who, other: Who) -> str:
    """How the names agree the other way round, one of them exactly; empty where they do not."""
    if claim.last != other.first and claim.first != other.last:
        return ""
    crossed = {spelling_level(claim.last, other.first), spelling_level(claim.first, other.last)}
    return SWAPPED if crossed <= {EXACT, OCR} else NEARLY_SWAPPED if crossed <= {EXACT, OCR, ONE_EDIT} else ""


def last_level(claim: Who, other: Who) -> str:
    """Last name against last name, its parts, and the previous last name."""
    mine, theirs = claim.last, other.last
    if not mine or not theirs:
        return ""
    if mine == theirs:
        return EXACT
    if mine == other.previous:
        return PREVIOUS
    if _share_a_part(claim, other):
        return PART
    return spelling_level(mine, theirs)


def _share_a_part(claim: Who, other: Who) -> bool:
    if len(claim.last_parts) < 2 and len(other.last_parts) < 2:
        return False
    mine, theirs = {claim.last, *claim.last_parts}, {other.last, *other.last_parts}
    return any(len(part) >= 3 for part in mine & theirs)


def spelling_level(mine: str, theirs: str) -> str:
    """How far two folded spellings are apart. Names of three letters are near only to four with one more, shorter ones to none."""
    if mine == theirs:
        return EXACT
    if min(len(mine), len(theirs)) < 4:
        return ONE_EDIT if {len(mine), len(theirs)} == {3, 4} and OSA.distance(mine, theirs, score_cutoff=1) == 1 else DIFFER
    shape, their_shape = fold_ocr(mine), fold_ocr(theirs)
    return OCR if shape == their_shape else _near_spelling(mine, theirs, shape, their_shape)


def _near_spelling(mine: str, theirs: str, shape: str, their_shape: str) -> str:
    edits = min(OSA.distance(mine, theirs, score_cutoff=2), OSA.distance(shape, their_shape, score_cutoff=2))
    if edits == 1:
        return OCR if _confusable(mine, theirs) else ONE_EDIT
    if edits == 2 and min(len(mine), len(theirs)) >= 7:
        return TWO_EDITS
    return SIMILAR if JaroWinkler.similarity(shape, their_shape) >= 0.9 else DIFFER


def _confusable(mine: str, theirs: str) -> bool:
    """Whether the one letter that differs is one that scanners confuse; a first letter is what people tell siblings apart by."""
    if len(mine) != len(theirs) or mine[0] != theirs[0]:
        return False
    return all(a == b or a + b in CONFUSABLE or b + a in CONFUSABLE for a, b in zip(mine, theirs, strict=True))


def first_level(claim: Who, other: Who) -> str:
    """Given name against given name, short forms, initials, compound given names, and the middle name."""
    mine, theirs = claim.first, other.first
    if not mine or not theirs:
        return ""
    if is_placeholder(mine) or is_placeholder(theirs):
        return PLACEHOLDER
    if mine == theirs:
        return EXACT
    if len(mine) == 1 or len(theirs) == 1:
        return INITIAL if mine[0] == theirs[0] else DIFFER
    return _other_given_name(claim, other)


def _other_given_name(claim: Who, other: Who) -> str:
    mine, theirs = claim.first, other.first
    if _compound(claim, other):
        return COMPOUND
    if stands_for(mine, theirs):
        return NICKNAME
    level = spelling_level(mine, theirs)
    return MIDDLE_USED if level == DIFFER and len(other.middle) > 2 and mine == other.middle else level


def _compound(claim: Who, other: Who) -> bool:
    """MARY + ANN against MARYANN, either way round."""
    whole, their_whole = claim.first + claim.middle, other.first + other.middle
    return (claim.first != whole and whole == other.first) or (other.first != their_whole and their_whole == claim.first)


def middle_level(mine: str, theirs: str) -> str:
    """Middle name or initial; a different initial is a difference, a different spelling under one initial is an initial."""
    if not mine or not theirs:
        return ""
    if mine == theirs:
        return EXACT if len(mine) > 2 else INITIAL
    if mine[0] == theirs[0]:
        return _same_initial(mine, theirs)
    return SIMILAR if min(len(mine), len(theirs)) > 3 and spelling_level(mine, theirs) in (OCR, ONE_EDIT) else DIFFER


def _same_initial(mine: str, theirs: str) -> str:
    if len(mine) < 3 or len(theirs) < 3 or mine.startswith(theirs) or theirs.startswith(mine):
        return INITIAL
    near = stands_for(mine, theirs) or spelling_level(mine, theirs) != DIFFER
    return SIMILAR if near else DIFFER


def suffix_level(mine: str, theirs: str) -> str:
    """Generation mark; JR and II are one generation written in two ways."""
    if not mine or not theirs:
        return ""
    if mine == theirs:
        return EXACT
    return GENERATION if {mine, theirs} == {"JR", "II"} else DIFFER


def plain_level(mine: str, theirs: str) -> str:
    """Equal, different, or not said."""
    if not mine or not theirs:
        return ""
    return EXACT if mine == theirs else DIFFER


def dob_level(mine: str, theirs: str) -> str:
    """Birth date, ISO; a claim may hold the year only."""
    if not mine or not theirs:
        return ""
    if mine == theirs:
        return EXACT
    if len(mine) < 10 or len(theirs) < 10:
        return YEAR_ONLY if mine[:4] == theirs[:4] else DIFFER
    return _near_date(mine, theirs)


def _near_date(mine: str, theirs: str) -> str:
    if (mine[:4], mine[5:7], mine[8:]) == (theirs[:4], theirs[8:], theirs[5:7]):
        return DAY_MONTH
    if mine[2:] == theirs[2:] and mine[:2] != theirs[:2]:
        return CENTURY
    near = off_by(mine.replace("-", ""), theirs.replace("-", ""))
    if near == DIFFER and mine[:4] == theirs[:4] and (mine[5:7] == theirs[5:7] or mine[8:] == theirs[8:]):
        return DAY_OR_MONTH
    return near


def off_by(mine: str, theirs: str) -> str:
    """ONE_DIGIT or TRANSPOSED where two equally long numbers are that near, else DIFFER."""
    if len(mine) != len(theirs) or (apart := Hamming.distance(mine, theirs, score_cutoff=2)) > 2:
        return DIFFER
    if apart == 1:
        return ONE_DIGIT
    places = [i for i, (a, b) in enumerate(zip(mine, theirs, strict=True)) if a != b]
    if len(places) == 2 and places[1] == places[0] + 1 and mine[places[0]] == theirs[places[1]] and mine[places[1]] == theirs[places[0]]:
        return TRANSPOSED
    return DIFFER


def number_level(mine: str, theirs: str) -> str:
    """Phone numbers or last four digits: equal, one digit off, different."""
    if not mine or not theirs:
        return ""
    return EXACT if mine == theirs else off_by(mine, theirs)


def address_level(claim: Who, other: Who) -> str:
    """House number, street and ZIP; the town is implied by the ZIP. A street without a number ("homeless") is no address."""
    if not (claim.house or claim.zip) or not (other.house or other.zip):
        return ""
    house = _both(claim.house, other.house)
    street = bool(claim.house and other.house) and _both(fold_ocr(claim.street), fold_ocr(other.street))
    zip_code = _both(claim.zip, other.zip)
    if house and street:
        return EXACT if zip_code else HOUSE_STREET
    if zip_code:
        return HOUSE_ZIP if house else STREET_ZIP if street else ZIP_ONLY
    return DIFFER


def _both(mine: str, theirs: str) -> bool:
    return bool(mine) and mine == theirs


def mrn_level(mine: str, theirs: str, *, ours: bool) -> str:
    """Record number; one that the page does not call ours neither decides nor contradicts."""
    if not mine or not theirs:
        return ""
    if ours:
        return EXACT if mine == theirs else _near_record_number(mine, theirs)
    return FOREIGN if mine == theirs else FOREIGN_DIFFER


def _near_record_number(mine: str, theirs: str) -> str:
    """A long number with two digits misread, lost or doubled is no other number; a short one is."""
    near = off_by(mine, theirs)
    if near == DIFFER and min(len(mine), len(theirs)) >= 6 and OSA.distance(mine, theirs, score_cutoff=2) <= 2:
        return TWO_DIGITS
    return near
