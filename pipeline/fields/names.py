"""Personal names as printed, brought to "LAST, FIRST MIDDLE SUFFIX". Knows words; must not know places."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from pipeline.fields.dates import MONTH
from pipeline.fields.lexicon import data, words

PART = re.compile(r"^(?=[^\W\d_])(?![a-zß-öø-ÿ])[^\W\d_]+(?:['’`\-.][^\W\d_]+)*\.?$")
LETTER_FOR = str.maketrans("0158|", "OISBI")
MOST_PARTS, CREDENTIAL_REACH = 8, 6
ZIP = re.compile(r"^\d{5}(?:-\d{4})?$")
ASIDE = re.compile(r"^(?:\([A-Za-z][A-Za-z'\-]*\),|[\"“][A-Za-z.'\-]+[\"”],?)$")  # a maiden name, a nickname
CARET = re.compile(r"(?<=[A-Za-z])\^(?=[A-Za-z])")  # "SMITH^JOHN^A", as imaging devices print names
FOREIGN = str.maketrans({"’": "'", "`": "'"})


class PersonName(NamedTuple):
    """A personal name in parts, upper case. `sure_order` is False where the print leaves open which part is the last name;
    `used` counts the printed words it was read from.
    """

    last: str
    first: str
    middle: str = ""
    suffix: str = ""
    sure_order: bool = True
    folded: bool = False
    used: int = 0

    @property
    def text(self) -> str:
        """As filed: "LAST, FIRST MIDDLE SUFFIX"."""
        return f"{self.last}, {' '.join(part for part in (self.first, self.middle, self.suffix) if part)}"

    @property
    def swapped(self) -> str:
        """The other reading where the order is open."""
        return f"{self.first}, {self.last}"


class Part(NamedTuple):
    """One word of a name: its letters and whether a comma follows."""

    text: str
    comma: bool
    folded: bool
    at: int


def parse_name(printed: Sequence[str], *, formal: bool = False) -> PersonName | None:
    """The name that begins the printed words, or None when they begin no personal name.

    Doctor titles and credentials refuse: such a name is never the patient's. `formal` demands a comma or capitals throughout.
    """
    if _is_clinician(printed):
        return None
    parts = _parts(printed)
    named = _with_comma(parts) or (None if formal and not _all_capitals(parts) else _without_comma(parts))
    return named if named and _plausible(named) and not _before_zip(named, printed) else None


def shortened(short: str, full: str) -> bool:
    """Whether one filed name is another with middle names or suffix left out or cut to initials."""
    (last, _, given), (last_full, _, given_full) = short.partition(", "), full.partition(", ")
    parts, left = given.split(), given_full.split()
    if last != last_full or len(short) >= len(full) or parts[:1] != left[:1]:
        return False
    for part in parts[1:]:
        at = next((i for i, other in enumerate(left[1:], 1) if other == part or (len(part) == 1 and other.startswith(part))), 0)
        if not at:
            return False
        left = left[at:]
    return True


def is_given(word: str) -> bool:
    """Whether a word is a common given name."""
    plain = unicodedata.normalize("NFKD", word)
    return "".join(c for c in plain if not unicodedata.combining(c)).lower() in words("given_names")


def is_credential(word: str) -> bool:
    """Whether a word is a clinician's degree or licence, as "MD," or "M.D."."""
    return re.sub(r"[^a-z]", "", word.lower()) in words("credentials") and word[:1].isupper()


def has_degree(name: str) -> bool:
    """Whether a clinician's name is printed with a degree, a licence or "Dr"."""
    printed = name.split()
    return any(is_credential(word) for word in printed[1:]) or printed[0].lower().strip(".,") == "dr"


def is_organisation(word: str) -> bool:
    """Whether a word says that a name is an organisation's."""
    return re.sub(r"[^a-z]", "", word.lower()) in words("organisation_words")


def provider_name(printed: Sequence[str]) -> tuple[str, int]:
    """A clinician's name with credentials as printed, tidied, and the number of words it took; empty when there is none."""
    taken: list[str] = []
    for word in printed[:9]:
        ended = len(taken) > 2 and is_credential(taken[-1]) and not is_credential(word)
        if ended or not _of_provider(word, taken):
            break
        taken.append(word)
        if word.endswith(";"):
            break
    text = " ".join(taken).strip(" ,;-")
    letters = [w for w in taken if len(w.strip(".,")) > 1 and not is_credential(w) and w.strip(".,").lower() != "dr"]
    return (text, len(taken)) if letters and len(taken) > 1 else ("", 0)


def _of_provider(word: str, taken: list[str]) -> bool:
    bare = word.strip(".,;()")
    if word.startswith("(") or not bare or not (PART.match(bare) or (taken and is_credential(word)) or bare.lower() in words("particles")):
        return False
    return is_credential(word) or bare.lower() == "dr" or not ((len(taken) > 1 and bare.lower() in MONTH) or _never(bare) or is_organisation(bare))


def _is_clinician(printed: Sequence[str]) -> bool:
    head = printed[:CREDENTIAL_REACH]
    doctor = bool(head) and head[0].lower().strip(".,") in {"dr", "doctor", "prof", "drs"}
    return doctor or any(is_credential(w) and (at > 1 or w.isupper()) and _sounds_like_degree(w, at) for at, w in enumerate(head))


def _sounds_like_degree(word: str, at: int) -> bool:
    bare = re.sub(r"[^A-Za-z]", "", word)
    return at > 0 and (bare.isupper() or bare in {"PhD", "PharmD", "PsyD"})


def _parts(printed: Sequence[str]) -> list[Part]:
    parts: list[Part] = []
    for at, word in enumerate(printed):
        if parts and ASIDE.match(word):
            parts[-1] = parts[-1]._replace(comma=parts[-1].comma or word.endswith(","))
            continue
        for text, comma in _pieces(word):
            part = _part(text, comma=comma, at=at) or _word_as_surname(text, parts, comma=comma, at=at)
            if is_organisation(text) and not (part and part.comma and not parts and _also_surname(text)):
                return []
            if part is None:
                return parts
            if part.text.lower() not in words("titles") or len(parts) > 1:
                parts.append(part)
        if len(parts) >= MOST_PARTS or word[-1:] in {")", ";"}:
            break
    return parts


def _pieces(word: str) -> list[tuple[str, bool]]:
    split = CARET.sub(",", word, count=1).translate(FOREIGN).split(",")
    pieces = [(text, at < len(split) - 1) for at, part in enumerate(split) for text in part.split("^")]
    return [(text, comma) for text, comma in pieces if text] or ([(word, False)] if word else [])


def _part(text: str, *, comma: bool, at: int) -> Part | None:
    bare = text.strip("*_\"'“”‘’`´~") if text[:1] not in "([" else text
    folded = _fold_digits(bare) or _fold_first(bare, leads=comma and at == 0)
    letters = folded or bare
    if letters.lower().strip(".") in words("particles") and letters.isalpha():
        letters = letters.capitalize()
    if not PART.match(letters) or _never(letters):
        return None
    stopped = letters.endswith(".") and len(letters) > 4 and letters.isupper()
    return Part(letters.rstrip("."), comma or stopped, bool(folded), at)


def _word_as_surname(text: str, parts: list[Part], *, comma: bool, at: int) -> Part | None:
    """As in "White, Mary" and "Mary E White": a word of another use where a last name must stand."""
    leads = comma and not parts and _also_surname(text)
    given = bool(parts) and _is_given(parts[0]) and not any(part.comma for part in parts)
    ends = given and text.lower() in words("end_surnames") and len([part for part in parts if len(part.text) > 1]) == 1
    return Part(text, comma, folded=False, at=at) if (leads or ends) and text[:1].isupper() else None


def _also_surname(text: str) -> bool:
    return text.lower() in words("surnames_too")


def _never(text: str) -> bool:
    return text.lower().strip(".") in words("never_names")


def _fold_digits(text: str) -> str:
    """A word as "SM1TH" with its letter back; empty when the word has no digit, or too many."""
    digits = sum(c.isdigit() or c == "|" for c in text)
    letters = sum(c.isalpha() for c in text)
    return text.translate(LETTER_FOR) if 0 < digits * 3 <= letters and text[-1:].isalpha() and text[:1].isalpha() else ""


def _with_comma(parts: list[Part]) -> PersonName | None:
    cut = next((at for at, part in enumerate(parts) if part.comma), None)
    if cut is None or cut > 3 or cut + 1 >= len(parts) or _suffix(parts[cut + 1]):
        return None
    before, after = parts[: cut + 1], parts[cut + 1 :]
    ending = next((part for part in before[1:] + after if _suffix(part)), None)
    last = [part for part in before if not (part is not before[0] and _suffix(part))]
    first = [part for part in _up_to_comma(after) if not _suffix(part)]
    if not first or len(first) > 4:
        return None
    return _named(last, first[:1], first[1:], ending)


def _up_to_comma(parts: list[Part]) -> list[Part]:
    cut = next((at for at, part in enumerate(parts) if part.comma), len(parts))
    return parts[: cut + 1]


def _without_comma(parts: list[Part]) -> PersonName | None:
    parts = _up_to_suffix(parts)
    ending = parts[-1] if len(parts) > 2 and _suffix(parts[-1]) else None
    core = parts[:-1] if ending else parts
    if not 2 <= len(core) <= 6:
        return None
    if _last_name_first(core):
        return _named(core[:1], core[1:2], core[2:], ending)
    start = _last_name_start(core)
    return _named(core[start:], core[:1], core[1:start], ending, sure=_order_shows(core))


def _up_to_suffix(parts: list[Part]) -> list[Part]:
    cut = next((at for at, part in enumerate(parts) if at > 1 and _suffix(part)), None)
    if cut is not None:
        return parts[: cut + 1]
    return _up_to_comma(parts)


def _last_name_first(core: list[Part]) -> bool:
    """As in "SMITH JOHN A": an initial ends it, or only the second part is a given name."""
    if len(core[-1].text) == 1 and len(core) > 2:
        return True
    given_follows = _is_given(core[1]) and (len(core) == 2 or _is_given(core[-1]))
    return given_follows and not _is_given(core[0]) and all(part.text.isupper() for part in core)


def _order_shows(core: list[Part]) -> bool:
    mixed = any(not part.text.isupper() for part in core)
    return mixed or any(len(part.text) == 1 for part in core[:-1]) or (_is_given(core[0]) and not _is_given(core[-1]))


def _last_name_start(core: list[Part]) -> int:
    particles = words("particles")
    found = (at for at in range(1, len(core) - 1) if core[at].text.lower() in particles and len(core[at].text) > 1)
    return next(found, len(core) - 1)


def _is_given(part: Part) -> bool:
    return is_given(part.text)


def _suffix(part: Part) -> str:
    return str(data()["suffixes"].get(part.text.lower(), ""))


def _fold_first(word: str, *, leads: bool) -> str:
    """A word as "lan" or "|rene" with its capital back, where that gives a common given name, or a last name must stand."""
    if word[:1] not in {"l", "|"} or len(word) < 3 or not word[1:].isalpha() or not word[1:].islower():
        return ""
    capital = "I" + word[1:]
    return capital if is_given(capital) or (leads and word.lower() not in words("particles")) else ""


def _named(last: list[Part], first: list[Part], middle: list[Part], ending: Part | None, *, sure: bool = True) -> PersonName:
    used = max(part.at for part in (*last, *first, *middle, *([ending] if ending else []))) + 1
    suffix = _suffix(ending) if ending else ""
    folded = any(part.folded for part in (*last, *first, *middle))
    return PersonName(_upper(last), _upper(first), _upper(middle), suffix, sure, folded, used)


def _upper(parts: list[Part]) -> str:
    return " ".join(part.text.upper() for part in parts)


def _before_zip(name: PersonName, printed: Sequence[str]) -> bool:
    """Whether a ZIP code follows: "DAYTON, OH 45402" is a place."""
    return name.used < len(printed) and bool(ZIP.match(printed[name.used]))


def _all_capitals(parts: list[Part]) -> bool:
    return len(parts) > 1 and all(part.text.isupper() for part in parts)


def _plausible(name: PersonName) -> bool:
    return len(name.last) > 1 and len(name.last) + len(name.first) > 3
