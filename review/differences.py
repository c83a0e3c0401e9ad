"""What differs between two writings of a value, sign by sign, so that a page can mark it."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import NamedTuple


class Part(NamedTuple):
    """A piece of a value, and whether it differs from the other writing."""

    text: str
    differs: bool


def parts_of(value: str, other: str) -> list[Part]:
    """The pieces of `value`, with what `other` lacks or writes differently marked; capitals count as small letters."""
    if not other:
        return [Part(value, differs=False)] if value else []
    blocks = SequenceMatcher(None, other.casefold(), value.casefold(), autojunk=False).get_opcodes()
    if len(value.casefold()) != len(value):  # ß and its like: positions would not fit
        return [Part(value, value.casefold() != other.casefold())]
    return [Part(value[start:end], tag != "equal") for tag, _, _, start, end in blocks if start < end]
