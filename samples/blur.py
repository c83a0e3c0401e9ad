"""Text and digits as a scanner misreads them: look-alikes, lost and doubled letters."""

from __future__ import annotations

import random

CONFUSED = {
    "O": "0Q", "I": "l1", "L": "I1", "S": "5", "B": "8", "Z": "2", "G": "6", "E": "F", "C": "G", "U": "V", "H": "N", "M": "N", "A": "4", "Y": "V",
}  # fmt: skip
PAIRS = {"RN": "M", "CL": "D", "VV": "W", "M": "RN", "W": "VV"}
DIGITS = {"0": "8", "1": "7", "3": "8", "5": "6", "6": "5", "7": "1", "8": "3", "9": "4", "4": "9", "2": "7"}


def blur(text: str, errors: float, rng: random.Random) -> str:
    """Text as a scanner misreads it."""
    out, i = [], 0
    while i < len(text):
        pair = text[i : i + 2]
        if rng.random() >= errors:
            out.append(text[i])
        elif pair in PAIRS:
            out.append(PAIRS[pair])
            i += 1
        else:
            out.append(rng.choice([rng.choice(CONFUSED.get(text[i], "ETAOIN")), PAIRS.get(text[i], text[i]), "", text[i] * 2]))
        i += 1
    return "".join(out)


def blur_digits(text: str, errors: float, rng: random.Random) -> str:
    """Digits as a scanner misreads them; half of the time any digit."""
    return "".join(_other(c, rng) if c.isdigit() and rng.random() < errors else c for c in text)


def _other(digit: str, rng: random.Random) -> str:
    return DIGITS[digit] if rng.random() < 0.5 else rng.choice("0123456789")
