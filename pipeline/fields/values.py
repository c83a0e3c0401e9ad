"""Reads one kind of value off the words beside a label. Knows the shapes of values; must not know where the words came from."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pipeline.fields.dates import DIGIT_FOR, LOOKALIKE, parse_date
from pipeline.fields.geometry import Token, say
from pipeline.fields.names import has_degree, is_organisation, parse_name, provider_name
from schemas.rules import ExtractRules

FOLDED = 0.6  # what a value is worth when letters had to be read as digits
OPEN_CENTURY = 0.85
OPEN_ORDER = 0.9
WITHOUT_DEGREE = 0.9
LEADING_JUNK = re.compile(r"^(?:[#\-=.:_/*]+|no\.?|is|on|was|number)$", re.IGNORECASE)
NUMBER_SHAPE = re.compile(r"^(?P<prefix>[A-Za-z]{0,4}-?)(?P<rest>[0-9A-Za-z|][0-9A-Za-z|\-]*)$")
TELEPHONE = re.compile(r"^(?:\+?1[\s.\-]*)?\(?(\d{3})\)?[\s.\-/]*(\d{3})[\s.\-]*(\d{4})(?!\d)")
PHONE_SHAPE = re.compile(r"^\(?\d{3}\)?-\d{3}-\d{4}$")
SOCIAL = re.compile(r"^[xX*#\d]{3}[\-\s]?[xX*#\d]{2}[\-\s]?(\d{4})$")
POUND = re.compile(r"^£(?=\d)")  # readers take a thin E for it
DOLLAR = re.compile(r"^\$(?=\d)")  # and this for an S
SEXES = {"m": "M", "male": "M", "man": "M", "f": "F", "female": "F", "woman": "F", "masculino": "M", "hombre": "M", "femenino": "F", "mujer": "F"}
ZIP_END = re.compile(r"\b[A-Z]{2}[.,]?\s+\d{5}(?:-\d{4})?$")


class Value(NamedTuple):
    """A value read: normalised text, the words it was read from, what its reading is worth (0..1), a remark, other readings."""

    text: str
    tokens: tuple[Token, ...]
    weight: float = 1.0
    note: str = ""
    others: tuple[str, ...] = ()


Reader = Callable[[Sequence[Token], ExtractRules], Value | None]


def read_date(tokens: Sequence[Token], rules: ExtractRules) -> Value | None:
    """A date that begins the words."""
    tokens = _after_junk(tokens)
    for count in range(min(5, len(tokens)), 0, -1):
        text = _date_text(tokens[:count])
        if found := parse_date(text, pivot=rules.century_pivot, compact=True):
            weight = (FOLDED if found.folded else 1.0) * (OPEN_CENTURY if found.two_digit_year else 1.0)
            return Value(found.iso, tuple(tokens[:count]), weight, "letters read as digits" if found.folded else "")
    return None


def read_number(tokens: Sequence[Token], _rules: ExtractRules) -> Value | None:
    """A record number: letters and digits as printed, look-alikes among digits made digits."""
    tokens = _after_junk(tokens)
    if not tokens:
        return None
    group = _number_group(tokens)
    printed = "".join(t.text for t in group).strip("#.,;:()[]_*'\"")
    text, folded = _as_number(DOLLAR.sub("S", printed))
    if not text:
        return None
    if DOLLAR.match(printed):
        return Value(text, group, FOLDED, "$ read as S", ("5" + text[1:],))
    return Value(text, group, FOLDED, "letters read as digits", (printed,)) if folded else Value(text, group)


def read_accession(tokens: Sequence[Token], _rules: ExtractRules) -> Value | None:
    """An accession, case or specimen number as printed."""
    tokens = _after_junk(tokens)
    text = tokens[0].text.strip("#.,;:()[]") if tokens else ""
    shaped = 4 <= len(text) <= 24 and sum(c.isdigit() for c in text) >= 2 and re.fullmatch(r"[0-9A-Za-z][0-9A-Za-z\-.]*", text)
    worded = re.search(r"[a-z]{3}", text)  # "45-year-old" is a sentence, not a number
    return Value(text, (tokens[0],)) if shaped and not worded and not parse_date(text, pivot=30) else None


def read_sex(tokens: Sequence[Token], _rules: ExtractRules) -> Value | None:
    """M or F within the first words, as in "74 y / Male"."""
    for token in tokens[:4]:
        for word in re.split(r"[^A-Za-z]+", token.text):
            if word.lower() in SEXES and (len(word) > 1 or word.isupper()):
                return Value(SEXES[word.lower()], (token,))
    return None


def read_phone(tokens: Sequence[Token], _rules: ExtractRules) -> Value | None:
    """Ten digits of a telephone number."""
    tokens = _after_junk(tokens)
    for count in range(1, min(5, len(tokens)) + 1):
        text = " ".join(t.text for t in tokens[:count])
        for plain, weight in ((text, 1.0), (text.translate(DIGIT_FOR), FOLDED)):
            if found := TELEPHONE.match(plain):
                return Value("".join(found.groups()), tuple(tokens[:count]), weight)
    return None


def read_social(tokens: Sequence[Token], _rules: ExtractRules) -> Value | None:
    """The last four digits of a social security number."""
    tokens = _after_junk(tokens)
    text = tokens[0].text.strip(".,;()") if tokens else ""
    found = SOCIAL.match(text)
    if found or re.fullmatch(r"\d{4}", text):
        return Value(text[-4:], (tokens[0],))
    return None


def read_count(tokens: Sequence[Token], _rules: ExtractRules) -> Value | None:
    """A stated number of pages, 1 to 999; not "1 of 3"."""
    tokens = _after_junk(tokens)
    text = tokens[0].text.strip("().,;") if tokens else ""
    counted = re.fullmatch(r"[1-9]\d{0,2}", text) and not (len(tokens) > 1 and tokens[1].text.lower() == "of")
    return Value(text, (tokens[0],)) if counted else None


def read_person(tokens: Sequence[Token], _rules: ExtractRules, *, formal: bool = False) -> Value | None:
    """A person's name, "LAST, FIRST MIDDLE SUFFIX"."""
    tokens = _after_junk(tokens)
    name = parse_name([t.text for t in tokens], formal=formal)
    if name is None:
        return None
    weight = (FOLDED if name.folded else 1.0) * (1.0 if name.sure_order else OPEN_ORDER)
    return Value(
        name.text, tuple(tokens[: name.used]), weight, "" if name.sure_order else "order of names open", () if name.sure_order else (name.swapped,)
    )


def read_provider(tokens: Sequence[Token], _rules: ExtractRules) -> Value | None:
    """A clinician's name as printed; without a degree it may be anybody's."""
    tokens = _after_junk(tokens)
    text, used = provider_name([t.text for t in tokens])
    return Value(text, tuple(tokens[:used]), 1.0 if has_degree(text) else WITHOUT_DEGREE) if text else None


def read_facility(tokens: Sequence[Token], _rules: ExtractRules) -> Value | None:
    """An organisation's name as printed."""
    tokens = _after_junk(tokens)
    if not any(is_organisation(t.text) for t in tokens) and len(tokens) < 2:
        return None
    text = say(tokens).strip(" ,;:-")
    return Value(text, tuple(tokens)) if sum(c.isalpha() for c in text) >= 4 and text[:1].isupper() else None


def ends_address(text: str) -> bool:
    """Whether an address is whole: state and ZIP code stand at its end."""
    return bool(ZIP_END.search(text.strip(" .,")))


READERS: dict[str, Reader] = {
    "name": read_person,
    "patient_dob": read_date,
    "patient_sex": read_sex,
    "patient_phone": read_phone,
    "patient_mrn": read_number,
    "patient_ssn_last4": read_social,
    "service_date": read_date,
    "admit_date": read_date,
    "discharge_date": read_date,
    "accession": read_accession,
    "facility": read_facility,
    "page_count_stated": read_count,
}


def _after_junk(tokens: Sequence[Token]) -> Sequence[Token]:
    start = 0
    while start < min(2, len(tokens)) and LEADING_JUNK.match(tokens[start].text):
        start += 1
    return tokens[start:]


def _date_text(tokens: Sequence[Token]) -> str:
    text = " ".join(t.text for t in tokens)
    return re.sub(r"(?<=\d)(?:T\d\d:?.*|@.*|\(.*|(?<=\d{4})/\d{1,3}(?:\s?[Yy].*)?)$", "", text)


def _number_group(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The first word, and the digit groups printed with it as "12 34 56" or "123- 456"."""
    group = [tokens[0]]
    for token in tokens[1:4]:
        joined = group[-1].text.endswith("-") or token.text.startswith("-")
        short = len(group[0].text.strip("#")) <= 3 and re.fullmatch(r"\d{2,4}", token.text) and not token.fresh
        if not (joined or short):
            break
        group.append(token)
    return tuple(group)


def _as_number(text: str) -> tuple[str, bool]:
    found = NUMBER_SHAPE.match(POUND.sub("E", text))
    if not found or PHONE_SHAPE.match(text) or not 4 <= len(text) <= 18:
        return "", False
    prefix, rest = _true_prefix(found["prefix"], found["rest"])
    digits, letters = sum(c.isdigit() for c in rest), sum(c.isalpha() or c == "|" for c in rest)
    if digits < 3:
        return "", False
    if any(c.islower() and c not in "ol" for c in rest):
        return "", False
    if not letters:
        return _sensible(prefix + rest), prefix + rest != text
    if letters * 2 <= digits and all(LOOKALIKE.match(c) for c in rest if not c.isdigit() and c != "-"):
        return _sensible(prefix + rest.translate(DIGIT_FOR)), True
    return _sensible(prefix + rest), False


def _true_prefix(prefix: str, rest: str) -> tuple[str, str]:
    """A lone leading O, l or I before digits is a digit; other letters are a prefix."""
    if prefix and prefix.strip("-") in {"O", "o", "l", "I", "|", "i"}:
        return "", prefix.translate(DIGIT_FOR) + rest
    return prefix, rest


def _sensible(text: str) -> str:
    return "" if parse_date(text, pivot=30) else text
