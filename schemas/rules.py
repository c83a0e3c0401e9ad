"""The rules each step is given: small frozen records, one a step, with the defaults that ship."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class IntakeRules:
    """What a watched folder takes in and what it passes over."""

    max_megabytes: int = 2048
    incomplete_after_seconds: float = 1800.0  # a file that never completes becomes a review item
    empty_after_seconds: float = 600.0
    ignore: tuple[str, ...] = ("~$*", ".*", "*.part", "*.partial", "*.tmp", "*.crdownload", "Thumbs.db", "desktop.ini", "*.receipt.txt")


@dataclass(frozen=True, slots=True)
class RenderRules:
    """Budgets for opening a sender's file, and the resolution a page is drawn at when it has no scan of its own."""

    dpi: int = 200
    max_pages: int = 2000
    max_megapixels: int = 100
    page_cpu_seconds: int = 20
    page_wall_seconds: int = 30
    memory_megabytes: int = 1500


@dataclass(frozen=True, slots=True)
class ReadRules:
    """How pages are read."""

    languages: str = "eng"
    page_seconds: int = 120
    blank_ink: float = 0.0008  # below this share of dark pixels, with no words, a page is blank
    unreadable_below: float = 0.35  # mean word confidence
    layer_min_words: int = 5
    target_dpi: int = 300  # pages are read at this resolution: at 200 decimal points are lost in tables


@dataclass(frozen=True, slots=True)
class SplitRules:
    """When a page begins a new document."""

    start_at: float = 0.5
    sure_above: float = 0.9
    sure_below: float = 0.1


@dataclass(frozen=True, slots=True)
class ClassifyRules:
    """When a document type is sure enough not to be asked."""

    sure_at: float = 0.9
    sure_untitled_at: float = 0.995  # without a title the text alone must be this sure
    unknown_below: float = 0.35


@dataclass(frozen=True, slots=True)
class ExtractRules:
    """Where this house is known by name, so that an MRN of ours is told from a sender's."""

    our_facilities: tuple[str, ...] = ()
    century_pivot: int = 30  # two-digit years up to this are 20xx, except birth dates that would lie in the future


@dataclass(frozen=True, slots=True)
class MatchRules:
    """The line above which a document is filed without a clerk."""

    autofile: Literal["builtin", "shadow", "certified"] = "builtin"
    max_p_wrong: float = 1e-4
    max_candidates: int = 40
    unknown_share: float = 0.10  # share of documents about people who are not in the index


@dataclass(frozen=True, slots=True)
class VerifyRules:
    """What must be there before filing."""

    hold_on_missing_pages: bool = True
    min_field_confidence: float = 0.5


@dataclass(frozen=True, slots=True)
class AuditSampleRules:
    """The random share of filed documents that goes to the queue besides."""

    sample_share: float = 0.05
