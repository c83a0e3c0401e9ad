"""What a clerk may decide about an item, and the closed lists of reasons for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from schemas.reasons import REASONS

NOBODY = "patient.none"  # about nobody of ours
NO_RECORD = {"cover", "separator", "image.blank", "policy.ignored"}
RESCAN = ("image.unreadable", "image.faint", "image.dark", "image.crooked", "image.cut", "image.coarse")
REASONS_FOR: Mapping[str, frozenset[str]] = {
    "set_aside": frozenset({code for code in REASONS if code.startswith("duplicate.")} | NO_RECORD | {NOBODY}),
    "quarantine": frozenset({code for code in REASONS if code.startswith("file.")} | set(RESCAN)),
}
SKIPS: Mapping[str, str] = {"later": "I must ask somebody first", "unsure": "I cannot tell", "known": "I know this person"}
ESCALATIONS: Mapping[str, str] = {
    "unsure": "I cannot tell whose it is",
    "unregistered": "The patient must be registered or merged first",
    "split": "The pages belong to several documents",
    "sensitive": "Somebody else must see this",
}
UNFILINGS: Mapping[str, str] = {
    "wrong_patient": "It is in the wrong chart",
    "wrong_type": "It has the wrong type",
    "wrong_field": "A date or another field is wrong",
    "not_ours": "It does not belong here at all",
}


class Wish(NamedTuple):
    """What the clerk wants: a patient's MRN to file it to, or a reason to set it aside or to quarantine it."""

    patient: str = ""
    kind: str = ""
    set_aside: str = ""
    quarantine: str = ""
    anyway: bool = False  # to a patient whom nothing on the page proposed
    fields: Mapping[str, str] = MappingProxyType({})  # as typed from the page
    new: Mapping[str, str] = MappingProxyType({})  # the entry of a person who is to be registered under that MRN
    merge: str = ""  # the MRN of an entry that is the same person, and is to be merged into that one
    two_people: bool = False  # the entries that are suspected to be one person are not
