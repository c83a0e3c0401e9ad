"""Codes that a document prints as index terms: ICD-10-CM, CPT, NPI. Knows which there are; invents and completes none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.fields.code_table import Standing, standing
from pipeline.fields.geometry import Token
from pipeline.fields.values import Value

DIAGNOSIS = re.compile(r"\b([A-Z]\d[0-9AB](?:\.[0-9A-Z]{1,4})?)\b")
BAR, ONE = re.compile(r"(?<![^\s(\[])[l|](?=\d\d\.\d)"), re.compile(r"(?<![^\s(\[])1(?=\d\d\.\d{1,2}(?!\d))")
DOLLAR = re.compile(r"(?<![^\s(\[])\$(?=\d\d\.(?:\d{3}|\d{1,3}[A-Z]))")  # no sum of money
PROCEDURE = re.compile(r"(?<![\d.,$/-])(\d{5}|\d{4}[FTU])(?:-(?:\d\d|[A-Z][A-Z\d]))?(?![\d/-]|[.,]\d)")  # with a modifier of two signs
PROCEDURES = ((100, 1999), (10004, 69990), (70010, 79999), (80047, 89398), (90281, 99607))
NPI, NPI_FIGURES = re.compile(r"[12]\d{9}"), 10
FIGURES = str.maketrans("OoQDlIi|!SsBZz", "00001111155822")  # letters that figures are read as, each for one figure alone
MOST_LETTERS = 2  # of an identifier that is still one
ISSUER = "80840"  # of health identifiers in the United States, before an NPI's own figures


def read_diagnoses(tokens: Sequence[Token], *, tenth: bool = False) -> Value | None:
    """ICD-10-CM codes among the words, in print order; `tenth`: the label says that they are no older ones."""
    found = _listed([(token, code) for token in tokens for code in icd_codes(with_letter(token.text, tenth=tenth))])
    heads = [code for code in found.text.split(", ") if standing(code) is Standing.CATEGORY] if found else []
    return found._replace(note=f"{', '.join(heads)} not billable") if found and heads else found


def read_procedures(tokens: Sequence[Token]) -> Value | None:
    """CPT codes among the words behind or under their label, in print order."""
    return _listed([(token, code) for token in tokens for code in cpt_codes(token.text)])


def with_letter(text: str, *, tenth: bool) -> str:
    """A first letter read as a sign that begins no code, put back; a figure only where no code of the ninth revision can stand."""
    text = DOLLAR.sub("S", BAR.sub("I", text))
    return ONE.sub("I", text) if tenth else text


def icd_codes(text: str) -> Iterator[str]:
    """Codes of the release with a point, or of three characters in brackets of their own."""
    for found in DIAGNOSIS.finditer(text):
        if ("." in found[1] or text.strip("()[],;.:") == found[1]) and standing(found[1]) is not Standing.UNKNOWN:
            yield found[1]


def cpt_codes(text: str) -> Iterator[str]:
    """Five figures of a section of CPT, or four and the letter of a category; a modifier is left out."""
    return (found[1] for found in PROCEDURE.finditer(text) if not found[1].isdigit() or _in_a_section(int(found[1])))


def npi_figures(text: str) -> str:
    """The ten figures of an identifier as printed; letters are taken for figures only where that makes its check digit right. Empty otherwise."""
    bare = text.strip(".,;()# ")
    if len(bare) != NPI_FIGURES or bare.isdigit():
        return bare if len(bare) == NPI_FIGURES else ""
    mended = bare.translate(FIGURES)
    return mended if is_npi(mended) and sum(not c.isdigit() for c in bare) <= MOST_LETTERS else ""


def is_npi(text: str) -> bool:
    """Whether ten figures are a National Provider Identifier by their check digit (ISO 7812 with the prefix 80840)."""
    return bool(NPI.fullmatch(text)) and _sum(ISSUER + text) % 10 == 0


def _sum(figures: str) -> int:
    """Luhn's sum: every second figure from the right counts twice, its own figures added."""
    doubled = (int(figure) * (1 + at % 2) for at, figure in enumerate(reversed(figures)))
    return sum(sum(divmod(value, 10)) for value in doubled)


def _in_a_section(number: int) -> bool:
    return any(first <= number <= last for first, last in PROCEDURES)


def _listed(hits: Sequence[tuple[Token, str]]) -> Value | None:
    codes = list(dict.fromkeys(code for _, code in hits))
    return Value(", ".join(codes), tuple(dict.fromkeys(token for token, _ in hits))) if codes else None
