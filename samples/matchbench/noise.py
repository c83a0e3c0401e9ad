"""What scanners, typists and senders do to a value. Knows nothing of matching."""

from __future__ import annotations

from datetime import date
from random import Random
from string import ascii_uppercase, digits
from typing import NamedTuple

_LOOKALIKES = {
    "0": "O86",
    "1": "7I4",
    "2": "7Z",
    "3": "859",
    "4": "19A",
    "5": "S63",
    "6": "805",
    "7": "12",
    "8": "360",
    "9": "473",
    "A": "4R",
    "B": "8RD",
    "C": "GO",
    "D": "OB",
    "E": "FB",
    "F": "EP",
    "G": "C6",
    "H": "NM",
    "I": "L1",
    "J": "IU",
    "K": "XR",
    "L": "I1",
    "M": "NH",
    "N": "HM",
    "O": "0Q",
    "P": "FR",
    "Q": "O",
    "R": "BK",
    "S": "5",
    "T": "IY",
    "U": "VJ",
    "V": "UY",
    "W": "VM",
    "X": "K",
    "Y": "VT",
    "Z": "2",
}
_MERGED = (("RN", "M"), ("VV", "W"), ("LI", "U"), ("IN", "M"), ("CL", "D"))


class Glass(NamedTuple):
    """How a page is misread: the character error rate, and the one sign it always takes for another (or nothing)."""

    rate: float
    habit: tuple[str, str] | None = None


def habit(rng: Random) -> tuple[str, str]:
    """A sign and what it is always taken for on one page."""
    sign = rng.choice("0156839EIMNORS")
    same_kind = [other for other in _LOOKALIKES[sign] if other.isdigit() == sign.isdigit()]
    return sign, rng.choice(same_kind or list(_LOOKALIKES[sign]))


def misread(rng: Random, text: str, glass: Glass) -> str:
    """The text as read through this glass. A field of digits stays one: the reader knows what it looks for."""
    numeric = text.replace("-", "").isdigit()
    signs: list[str] = []
    for sign in text:
        if glass.habit and sign == glass.habit[0] and rng.random() < 0.5:
            signs.append(glass.habit[1])
        elif sign not in "-|" and rng.random() < glass.rate:
            signs.append(_wrong(rng, sign, numeric=numeric))
        else:
            signs.append(sign)
    read = "".join(signs)
    for pair, one in _MERGED:
        if pair in read and rng.random() < glass.rate:
            read = read.replace(pair, one, 1)
    return "".join(sign for sign in read if sign.isdigit() or sign == "-") if numeric else read


def _wrong(rng: Random, sign: str, *, numeric: bool) -> str:
    luck = rng.random()
    if luck < 0.12:
        return ""
    if luck < 0.18:
        return sign + rng.choice(".,'-") if not numeric else sign + rng.choice(digits)
    likely = [other for other in _LOOKALIKES.get(sign.upper(), "") if not numeric or other.isdigit()]
    return rng.choice(likely) if likely and luck < 0.85 else rng.choice(digits if numeric else ascii_uppercase)


def mistype(rng: Random, text: str) -> str:
    """The text with one typing error: a sign doubled, dropped, replaced, or two exchanged."""
    if len(text) < 2:
        return text
    at, kind = rng.randrange(len(text) - 1), rng.randrange(4)
    if kind == 0:
        return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    if kind == 1:
        return text[:at] + text[at] + text[at:]
    if kind == 2:
        return text[:at] + text[at + 1 :]
    return text[:at] + rng.choice(digits if text[at].isdigit() else ascii_uppercase) + text[at + 1 :]


def slip(rng: Random, iso: str, today: date) -> str:
    """Another birth date, as somebody would get it wrong; one that exists and is not in the future."""
    born = date.fromisoformat(iso)
    for _ in range(20):
        other = _slipped(rng, born)
        if other and other != iso and valid(other, today):
            return other
    return iso


def _slipped(rng: Random, born: date) -> str:
    kind = rng.random()
    if kind < 0.2:
        return f"{born.year}-{born.day:02}-{born.month:02}"
    if kind < 0.4:
        return f"{born.year + rng.choice((-1, 1, -10, 10))}-{born.month:02}-{born.day:02}"
    if kind < 0.6:
        return f"{born.year}-{born.month:02}-{born.day + rng.choice((-1, 1)):02}"
    if kind < 0.75:
        return f"{born.year}-{rng.randint(1, 12):02}-{born.day:02}"
    text = f"{born.year}{born.month:02}{born.day:02}"
    at = rng.randrange(2, 7)
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :] if kind < 0.9 else text[:at] + rng.choice(digits) + text[at + 1 :]
    return f"{swapped[:4]}-{swapped[4:6]}-{swapped[6:]}"


def valid(iso: str, today: date) -> bool:
    """Whether somebody alive today can have been born then."""
    try:
        return (born := date.fromisoformat(iso)).year >= 1905 and born <= today
    except ValueError:
        return False
