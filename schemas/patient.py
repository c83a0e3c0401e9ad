"""The patient index: entries, and what a document claims about its patient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class IndexPatient:
    """One entry of the patient index. Empty string means unknown; dates are ISO; text is as registered."""

    mrn: str
    last_name: str
    first_name: str
    middle_name: str = ""
    suffix: str = ""
    sex: str = ""  # M, F, or empty
    dob: str = ""
    ssn_last4: str = ""
    phone: str = ""  # digits only
    address_line: str = ""
    city: str = ""
    state: str = ""
    zip: str = ""
    previous_last_name: str = ""
    deceased_date: str = ""

    @property
    def display_name(self) -> str:
        """LAST, FIRST MIDDLE SUFFIX."""
        given = " ".join(part for part in (self.first_name, self.middle_name, self.suffix) if part)
        return f"{self.last_name}, {given}".upper()


class NameFrequencies(NamedTuple):
    """How common names are in the live index: counts by folded name, and the number of entries."""

    last: dict[str, int]
    first: dict[str, int]
    size: int


@dataclass(frozen=True, slots=True)
class PatientClaim:
    """What a document says about its patient, normalised; empty string means the page does not say.

    Sightings count the looks that gave the same value: separate places, and second looks at one place. `mrn_is_ours` is True only
    when the page says that our own facility issued the number.
    """

    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    suffix: str = ""
    sex: str = ""
    dob: str = ""
    mrn: str = ""
    mrn_is_ours: bool = False
    ssn_last4: str = ""
    phone: str = ""
    address_line: str = ""
    zip: str = ""
    name_confidence: float = 1.0
    dob_confidence: float = 1.0
    dob_sightings: int = 1
    name_sightings: int = 1
    mrn_sightings: int = 1
