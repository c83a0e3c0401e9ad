"""Labels of special protection, each with the pages and words that ask for it. Knows pages, the catalogue and a model of short passages.

What is plain (a notice of 42 CFR Part 2, the result of an HIV test) is a rule. A word that may mean protection or a mere mention in a history
is a hint, and a model judges what the words around it say of it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from pipeline.fields.dates import years_between
from pipeline.mention import passage_around
from pipeline.ports import AskingModel
from schemas.catalogue import Catalogue
from schemas.checks import Label
from schemas.document import Extraction, FieldName, TypeGuess
from schemas.page import Box, PageReading, Word

VERSION = 2
ASKED_STRONG, ASKED_WEAK = 0.4, 0.75
WORDS = 5
ADULT = 18
CONSENTED = frozenset({"substance_use", "psychiatry", "hiv", "reproductive"})  # to what a minor may consent alone, and keep from the parents
WHOLE = Box(0.0, 0.0, 1.0, 1.0)
_ANY, EXACT = re.IGNORECASE, re.NOFLAG  # "aids" in small letters are hearing aids


PLAIN = {
    "substance_use": re.compile(
        r"42\s*C\.?\s*F\.?\s*R\.?\s*,?\s*Part\s*2\b"
        r"|federal\s+(?:confidentiality\s+)?rules?\s+(?:\(.{0,20}\)\s+)?prohibits?\s+you\s+from\s+making\s+any\s+further\s+disclosure"
        r"|\b(?:opioid|alcohol|substance|drug|addiction)\s+(?:use\s+|abuse\s+|and\s+drug\s+)?(?:disorder\s+)?treatment\s+program\b"
        r"|\bmethadone\s+clinic\b",
        _ANY,
    ),
    "psychiatry": re.compile(r"\bpsychotherapy\s+(?:progress\s+|process\s+|session\s+)?notes?\b", _ANY),
    "hiv": re.compile(
        r"\bHIV\b[^\n.]{0,25}\b(?:ab|ag|antibod\w*|antigens?|p24)\b[^\n.]{0,40}?\b(?:non[\s-]?reactive|reactive|positive|negative"
        r"|detected|indeterminate)\b"
        r"|\bHIV\b[\s:=-]{1,3}(?:reactive|positive|detected)\b|\bHIV[\s-]*(?:[12]\s*)?(?:RNA|viral\s+load)\b",
        _ANY,
    ),
}
STRONG = {  # treatments, results and conditions that are protected wherever they are this patient's own
    "substance_use": (
        r"methadone|suboxone|buprenorphine|sublocade|zubsolv|brixadi|vivitrol|disulfiram|antabuse|acamprosate"
        r"|(?:alcohol|opioids?|opiates?|drug|substance|cocaine|stimulant|heroin|methamphetamine|benzodiazepine)[ -]"
        r"(?:use disorder|dependence|detox\w*|addiction|withdrawal|rehab\w*)"
        r"|addict(?:ion|ed)|chemical dependency|sobriety|sober (?:living|house|home)|relapsed? (?:on|prevention)|12-step|(?:alcoholics"
        r"|narcotics) anonymous"
        r"|medication[ -]assisted treatment|drug court|delirium tremens|ASAM|CIWA|COWS|CADC|F1[0-9]\.\d+"
    ),
    "psychiatry": (
        r"psychotherapy|psychiatric (?:evaluation|admission|hospitali[sz]ation|unit|illness|medication|care)s?|suicid\w*|schizo\w*"
        r"|self-(?:harm|injur\w*)|EMDR"
        r"|bipolar (?:i+\b|[12]\b|disorder|affective|depression)|electroconvulsive|personality disorder|psychos[ie]s|psychotic"
        r"|antipsychotics?|clozapine"
        r"|mani[ac]|hypomani[ac]|involuntary (?:hold|commitment|admission)|anorexia nervosa|bulimia"
        r"|(?:individual|group|couples|family) (?:psycho)?therapy"
    ),
    "hiv": (
        r"HIV|AIDS|B20|HAART|(?i:antiretrovirals?|immunodeficiency virus|seropositive|biktarvy|genvoya|triumeq|descovy|truvada|cabenuva"
        r"|odefsey|symtuza|juluca"
        r"|dovato|complera|stribild|atripla|tivicay|isentress|prezcobix|\w+tegravir|rilpivirine|darunavir)"
    ),
    "reproductive": (
        r"mifepristone|misoprostol|chlamydia|gonorrh\w*|syphilis|genital herpes|HSV-2|sexual(?:ly)? (?:assault|abuse|transmitted)|rape|trichomon\w+"
        r"|emergency contraception|gender[ -](?:affirming|dysphoria)|trans(?:gender| (?:wo)?man| (?:fe)?male)"
        r"|(?:elective|medical|induced|therapeutic|surgical) abortion|termination of (?:\w+ )?pregnancy|in vitro fertili[sz]ation|IVF"
        r"|embryos?|egg retrieval"
    ),
    "genetic": (
        r"BRCA[12]?|PALB2|CHEK2|TP53|M[LS]H[126]|pathogenic variant|germline|exome|genome sequencing|huntington|CAG repeats?|APOE|lynch syndrome"
        r"|hereditary cancer|carrier (?:of|screening|testing|status)|factor V leiden|karyotype|chromosomal|c\.\d+[\w>+*-]+|22q11\S*|gene panel"
    ),
}
WEAK = {  # words of many a history, which count only where the words around them say so plainly
    "substance_use": (
        r"alcohol(?:ism|ic)?|etoh|heroin|cocaine|methamphetamine|detox\w*|substance (?:use|abuse)|drug (?:use|abuse)|naltrexone|overdose"
        r"|cravings|vodka|liquor"
    ),
    "psychiatry": r"psychiatr\w*|therapist|hallucinat\w*|LCSW|PsyD|LMFT|PTSD|delusion\w*|paranoi\w*|homicid\w*|voices|ECT|lithium",
    "hiv": r"CD4|PrEP|pre-exposure prophylaxis|opportunistic infections?|zidovudine|tenofovir|emtricitabine",
    "reproductive": r"RPR|herpes|donor sperm|abortion|plan B|STIs?|STDs?|benzathine|oocytes?|sexual orientation",
    "genetic": r"genetics?|heterozygous|homozygous|microarray|genotype|mutation|variant|gene|trisomy",
}
HINTS = {  # with the chance from which a hint counts
    label: (
        (re.compile(rf"\b(?:{strong})\b", EXACT if label == "hiv" else _ANY), ASKED_STRONG),
        (re.compile(rf"\b(?:{WEAK[label]})\b", _ANY), ASKED_WEAK),
    )
    for label, strong in STRONG.items()
}


class Hit(NamedTuple):
    """Words of one page that ask for a label."""

    label: str
    text: str
    page: int
    box: Box


def find_labels(
    pages: Sequence[PageReading], kind: TypeGuess, extraction: Extraction, catalogue: Catalogue, model: AskingModel | None = None
) -> tuple[Label, ...]:
    """The labels of a document: its type's own, what its words ask for, and whether it is about a minor's protected care."""
    hits = [hit for page in pages for hit in _hits(page, model)]
    numbers = tuple(page.number for page in pages)
    labels = [*_of_type(kind, numbers, catalogue), *(_label(name, hits, numbers) for name in dict.fromkeys(hit.label for hit in hits))]
    found = [next(same) for _, same in groupby(sorted(labels, key=lambda label: label.name), key=lambda label: label.name)]
    return (*found, *_of_minor(found, extraction, numbers))


def _of_type(kind: TypeGuess, numbers: tuple[int, ...], catalogue: Catalogue) -> Iterator[Label]:
    name = catalogue[kind.slug].sensitivity if kind.slug in catalogue else None
    if name:
        page, box = kind.title_at or (numbers[0] if numbers else 1, WHOLE)
        yield Label(name, numbers, (kind.title or catalogue[kind.slug].name,), page, box)


def _label(name: str, hits: Sequence[Hit], numbers: tuple[int, ...]) -> Label:
    """A label with its pages; a Part 2 notice speaks for the whole record that it stands on."""
    own = [hit for hit in hits if hit.label == name]
    whole = name == "substance_use" and any("part" in hit.text.lower() or "federal" in hit.text.lower() for hit in own)
    pages = numbers if whole else tuple(dict.fromkeys(hit.page for hit in own))
    texts = dict.fromkeys(hit.text for hit in own)
    words = [text for text in texts if not any(text != other and text in other for other in texts)]
    return Label(name, pages, tuple(words[:WORDS]), own[0].page, own[0].box)


def _of_minor(found: Sequence[Label], extraction: Extraction, numbers: tuple[int, ...]) -> Iterator[Label]:
    """A minor's care of a kind to which minors consent themselves."""
    birth = extraction.field(FieldName.PATIENT_DOB)
    days = [day.value for name in (FieldName.SERVICE_DATE, FieldName.ADMIT_DATE) if (day := extraction.field(name))]
    if birth and days and CONSENTED & {label.name for label in found} and 0 <= years_between(birth.value, min(days)) < ADULT:
        years = int(years_between(birth.value, min(days)))
        yield Label("minor", numbers, (f"aged {years} on {min(days)}",), birth.page, birth.box)


def asking(text: str, model: AskingModel | None) -> Iterator[tuple[str, re.Match[str]]]:
    """The words of a text that ask for a label, with the label: by rule, and by what is said of each hint."""
    for label, pattern in PLAIN.items():
        yield from ((label, found) for found in pattern.finditer(text))
    for label, hints in HINTS.items() if model else ():
        for pattern, line in hints:
            yield from ((label, found) for found in pattern.finditer(text) if model and model.asks(passage_around(text, *found.span())) >= line)


def _hits(page: PageReading, model: AskingModel | None) -> Iterator[Hit]:
    text, starts = _flow(page.words)
    yield from (_hit(label, found, page, starts) for label, found in asking(text, model))


def _flow(words: Sequence[Word]) -> tuple[str, list[int]]:
    """The words in reading order, lines apart, and where each begins in the text."""
    pieces, starts, at, line = [], [], 0, None
    for word in words:
        gap = "" if line is None else " " if word.line == line else "\n"
        starts.append(at + len(gap))
        pieces += [gap, word.text]
        at += len(gap) + len(word.text)
        line = word.line
    return "".join(pieces), starts


def _hit(label: str, found: re.Match[str], page: PageReading, starts: Sequence[int]) -> Hit:
    first, last = _span(starts, found)
    boxes = [word.box for word in page.words[first:last]]
    box = Box(min(b.x0 for b in boxes), min(b.y0 for b in boxes), max(b.x1 for b in boxes), max(b.y1 for b in boxes))
    return Hit(label, " ".join(found[0].split()), page.number, box)


def _span(starts: Sequence[int], found: re.Match[str]) -> tuple[int, int]:
    """The first word of a find, and the one after its last."""
    return max(0, bisect_right(starts, found.start()) - 1), bisect_right(starts, found.end() - 1)
