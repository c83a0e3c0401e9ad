"""The rules each step is given: small frozen records, one a step, with the defaults that ship."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Interval

Share = Annotated[float, Interval(ge=0, le=1)]
Count = Annotated[int, Ge(1)]
Seconds = Annotated[float, Gt(0)]


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """What a watched folder takes in and what it passes over."""

    max_megabytes: Count = 2048
    incomplete_after_seconds: Seconds = 1800.0  # a file that never completes becomes a review item
    empty_after_seconds: Seconds = 600.0
    keep_taken_days: Seconds = 14.0  # how long a source stays in `.taken` after it was taken in
    min_free_megabytes: Annotated[int, Ge(0)] = 1024  # below this the disk is nearly full, and intake waits
    ignore: tuple[str, ...] = ("~$*", ".*", "*.part", "*.partial", "*.tmp", "*.crdownload", "Thumbs.db", "desktop.ini", "*.receipt.txt")


@dataclass(frozen=True, slots=True)
class RenderRules:
    """Budgets for opening a sender's file, and the resolution a page is drawn at when it has no scan of its own."""

    dpi: Count = 200
    max_pages: Count = 2000
    max_megapixels: Count = 100
    page_cpu_seconds: Count = 20
    page_wall_seconds: Count = 30
    file_cpu_minutes: Count = 15  # for opening all pages of a file; those that are left then are not opened
    memory_megabytes: Count = 1500
    strict: bool = False  # refuse to work where a wall around the children does not stand


@dataclass(frozen=True, slots=True)
class ReadRules:
    """How pages are read."""

    languages: str = "eng"  # the first reads every page, the others join where a page asks for them
    page_seconds: Count = 120  # all ways of reading a page together
    blank_ink: Share = 0.0008  # below this share of dark pixels, with no words, a page is blank
    unreadable_below: Share = 0.35  # mean word confidence
    layer_min_words: Count = 5
    target_dpi: Count = 300  # bad pages and small print are read at this resolution: at 200 decimal points are lost in tables
    recogniser: Literal["tesserocr", "pytesseract"] = "tesserocr"  # Tesseract as a library, a third cheaper; or the program, a run an image
    second_engine: bool = True  # look again at doubtful places with RapidOCR, where it is installed
    doubtful_below: Share = 0.88  # a field read less surely than this is read again from its place
    reread_below: Share = 0.965  # the head of a fax, copy or dirty scan with less mean word confidence is read again where a field is doubtful
    reread_all_below: Share = 0.65  # all of a page with less mean word confidence is read again


@dataclass(frozen=True, slots=True)
class SplitRules:
    """When a page begins a new document."""

    start_at: Share = 0.5
    sure_above: Share = 0.9
    sure_below: Share = 0.1


@dataclass(frozen=True, slots=True)
class ClassifyRules:
    """When a document type is sure enough not to be asked."""

    sure_at: Share = 0.8
    sure_built_at: Share = 0.95  # without a title, when the headings or columns of the page speak for the same type
    sure_untitled_at: Share = 0.95  # without a title, headings or columns the text alone must be this sure
    sure_folder_at: Share = 0.95  # the coarse group of a document is named as sure, though its type may not be
    unknown_below: Share = 0.35


@dataclass(frozen=True, slots=True)
class ExtractRules:
    """Where this house is known by name, so that an MRN of ours is told from a sender's."""

    our_facilities: tuple[str, ...] = ()
    century_pivot: Annotated[int, Interval(ge=0, le=99)] = 30  # two-digit years up to this are 20xx, except birth dates that would lie in the future


@dataclass(frozen=True, slots=True)
class MatchRules:
    """The line above which a document is filed without a clerk."""

    autofile: Literal["builtin", "shadow", "certified"] = "builtin"
    max_p_wrong: Annotated[float, Interval(ge=0, le=0.01)] = 1e-4  # more than one in a hundred is no line at all
    max_candidates: Count = 24
    unknown_share: Annotated[float, Interval(ge=0, lt=1)] = 0.10  # share of documents about people who are not in the index


@dataclass(frozen=True, slots=True)
class VerifyRules:
    """What must be there before filing."""

    hold_on_missing_pages: bool = True
    hold_on_signature: Literal["never", "absent", "unsure"] = "absent"  # of types that must be signed
    min_field_confidence: Share = 0.55


@dataclass(frozen=True, slots=True)
class IdleRules:
    """What is done when nothing waits to be read."""

    page_images: bool = True
    archive: bool = True
    scrub: bool = True  # a day's share of the object store is read from end to end


@dataclass(frozen=True, slots=True)
class TrainRules:
    """When a new version is learnt without being asked for."""

    auto: bool = False
    after: Count = 50  # document types that two people have agreed on since the newest version


@dataclass(frozen=True, slots=True)
class AuditSampleRules:
    """The random share of filed documents that goes to the queue besides."""

    sample_share: Share = 0.02
    unproven_times: Annotated[float, Ge(1)] = 2.5  # that many times more from a source that has not proved its last rung


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """Which decisions two people must agree on, and how people are checked."""

    second_for: tuple[Literal["new_patient", "merge", "sensitive", "override", "check"], ...] = (
        *("new_patient", "merge", "sensitive", "override"),
        "check",  # a blind check that says otherwise than the chart
    )
    clerk_share: Share = 0.02  # of the documents that clerks file, that is checked blind besides
    known_share: Share = 0.015  # of the items that clerks decide, that are planted with a known answer


@dataclass(frozen=True, slots=True)
class AlarmRules:
    """From when on something is told as an alarm."""

    stuck_minutes: Count = 60
    ageing_hours: Count = 24
    refused_hours: Count = 24  # how long something refused in a watched folder is told of
    disk_low_megabytes: Annotated[int, Ge(0)] = 8192  # more than intake.min_free_megabytes: told before intake stops
