"""What one page says, each thing found once, when the first step asks for it: rows and labels, sightings, lines and titles, page numbers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from pipeline.fields.geometry import lay_out
from pipeline.fields.places import Marked, mark
from pipeline.fields.reading import Sighting
from pipeline.fields.witnesses import Look, looks_at
from pipeline.numbering import Numbers, read_numbers
from pipeline.sightings import sightings_of
from pipeline.titles import Line, Title, find_titles, lines_of
from schemas.catalogue import Catalogue
from schemas.page import PageReading
from schemas.rules import ExtractRules


@dataclass(frozen=True)
class PageLanguage:
    """One page as the steps after reading see it: its words, and what they say."""

    reading: PageReading
    catalogue: Catalogue
    rules: ExtractRules

    @property
    def number(self) -> int:
        """Its number in the source file."""
        return self.reading.number

    @cached_property
    def marked(self) -> Marked:
        """Its rows, and the labels on them."""
        return mark(lay_out(self.reading))

    @cached_property
    def looks(self) -> tuple[Look, ...]:
        """Every reading of it, the first one first; none where it was read once."""
        return looks_at(self.reading, self.marked.sheet)

    @cached_property
    def sightings(self) -> tuple[Sighting, ...]:
        """Every reading of a field or a person's name."""
        return tuple(sightings_of(self.reading, self.marked, self.rules))

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """Its runs of words from top to bottom, without what a fax machine printed."""
        return lines_of(self.reading)

    @cached_property
    def titles(self) -> tuple[Title, ...]:
        """The titles it carries, the most trustworthy first."""
        return find_titles(self.lines, self.catalogue)

    @cached_property
    def numbers(self) -> Numbers:
        """The page numbers printed on it."""
        return read_numbers(self.reading)


def pages_of(readings: Iterable[PageReading], catalogue: Catalogue, rules: ExtractRules) -> tuple[PageLanguage, ...]:
    """The pages that were read, ready to be asked."""
    return tuple(PageLanguage(reading, catalogue, rules) for reading in readings)
