"""What the steps need from the outside, as narrow protocols. Engines and stores fit them by shape."""

from __future__ import annotations

from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from pipeline.sheets import ReadSheet, nobody
from schemas.catalogue import Catalogue
from schemas.page import Barcode, Box, PageReading, Word
from schemas.patient import IndexPatient, NameFrequencies, PatientClaim
from schemas.source import Opened, Refused, RenderedPage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.sender_memory import Form


class Strip(NamedTuple):
    """One line of print found on an image: its place as shares of the image, its pixels made straight, and by how much its right end lies lower."""

    box: Box
    pixels: NDArray[np.uint8]
    fall: float = 0.0


class PageOpener(Protocol):
    """Opens a sender's file in a child process; only pixels and plain text come back."""

    def inspect(self, original: Path) -> Opened | Refused:
        """Kind, pages and sizes, or why the file is refused. Never raises for what the sender did."""
        ...

    def render(self, original: Path, opened: Opened, pages: Sequence[int], into: Path) -> tuple[RenderedPage, ...]:
        """One RenderedPage a requested page, in order; images are written below `into`."""
        ...


class OcrEngine(Protocol):
    """Reads words off a clean gray image of our own making."""

    @property
    def name(self) -> str:
        """What its readings are known by."""
        ...

    def words(self, image: Path, *, languages: str, mode: int, seconds: float, dpi: int, even: bool = False) -> tuple[Word, ...]:
        """Words with boxes as shares of the image; `even`: one level of gray tells ink from paper all over it.

        EngineFault when the engine fails or overruns its time.
        """
        ...


class FigureReader(Protocol):
    """Reads a line where only figures may stand."""

    def figures(self, image: Path, *, seconds: float, dpi: int) -> tuple[Word, ...]:
        """The dates and numbers of one printed line, with boxes as shares of the image. EngineFault when the engine fails or overruns its time."""
        ...


class FirstEngine(OcrEngine, FigureReader, Protocol):
    """The recogniser that reads every page, and its figures once more."""

    def get_ready(self, languages: str) -> None:
        """Begin to load what reading in these languages takes, if that can be done ahead."""
        ...


class SecondEngine(Protocol):
    """Another recogniser, independent of the first: what both read alike has two witnesses. Finding print costs it little, reading it much."""

    @property
    def name(self) -> str:
        """What its readings are known by."""
        ...

    def strips(self, image: NDArray[np.uint8]) -> tuple[Strip, ...]:
        """Where lines of print stand, from the top. EngineFault when the engine fails."""
        ...

    def lines(self, images: Sequence[NDArray[np.uint8]]) -> tuple[tuple[Word, ...], ...]:
        """The words of each image of one printed line, with boxes as shares of that image. EngineFault when the engine fails."""
        ...


class BarcodeReader(Protocol):
    """Finds barcodes on pixels of our own making."""

    def find(self, gray: NDArray[np.uint8]) -> tuple[Barcode, ...]:
        """The decoded barcodes with boxes as shares of the image."""
        ...


class Composer(Protocol):
    """Makes one searchable PDF of some pages of a source file."""

    def compose(self, original: Path, opened: Opened, readings: Sequence[PageReading], into: Path) -> Path:
        """Path of a PDF: the pages as received, invisible words over them, in the order of `readings`."""
        ...


class TypeModel(Protocol):
    """A trained text model of document types."""

    def scores(self, text: str) -> dict[str, float]:
        """Calibrated share per slug; sums to 1."""
        ...

    def evidence(self, text: str, slug: str, against: str | None = None) -> tuple[str, ...]:
        """The words that weighed most for `slug` against another type, or against all others; no names, no numbers."""
        ...

    def known(self, text: str) -> float:
        """The share of the text's words that it has met before, 0..1."""
        ...


class Found(NamedTuple):
    """Something found on a page: what kind of thing, what it is called, the printed words, and what they say by which rule how surely."""

    group: str  # labels, fields, titles, segments
    label: str
    page: int
    text: str
    value: str
    rule: str
    confidence: float | None


class Described(NamedTuple):
    """All that language finds in a document: finds on its words, shares of types by its text alone, and whether it names people who cannot be one."""

    words: int
    found: tuple[Found, ...]
    shares: Mapping[str, float]
    two_patients: bool


class AskingModel(Protocol):
    """Judges the words around a hint of protected content."""

    def asks(self, passage: str) -> float:
        """How likely it is this patient's own and not a mere mention, 0..1."""
        ...


class PatientLookup(Protocol):
    """The patient index as the matcher sees it."""

    def find(self, keys: Iterable[str], *, limit: int) -> list[IndexPatient]:
        """Entries that share at least one blocking key, those that share most keys first."""
        ...

    def frequencies(self, *claims: PatientClaim) -> NameFrequencies:
        """Counts of the claims' folded names in the live index, and its size."""
        ...

    def apart(self, mrn: str) -> Container[str]:
        """Entries that a clerk has called other people than this one, however alike they look."""
        ...


class ExpectedPatients(Protocol):
    """Whom a document may be about before it is read: open record requests, the other pages of its packet."""

    def times(self, mrns: Sequence[str]) -> Mapping[str, float]:
        """How many times likelier than another entry each of these is; 1 where nothing is known."""
        ...


class SenderMemory(Protocol):
    """Where known senders print what."""

    def forms(self, sender: str) -> Sequence[Form]:
        """The layouts known of a sender; none of a stranger."""
        ...


class Shadow(NamedTuple):
    """A version that is asked beside the live one and decides nothing: its number and its text model."""

    number: int
    types: TypeModel


@dataclass(frozen=True, slots=True)
class Tools:
    """The ports that flow hands to the steps."""

    opener: PageOpener
    ocr: OcrEngine
    barcodes: BarcodeReader
    types: TypeModel
    patients: PatientLookup
    catalogue: Catalogue
    second: SecondEngine | None = None
    sheets: ReadSheet = nobody  # what the code of a separator sheet says, when it was printed here
    expected: ExpectedPatients | None = None
    known: dict[Hashable, PageReading] = field(default_factory=dict)  # readings of the pages met lately
    figures: FigureReader | None = None
    memory: SenderMemory | None = None
    shadow: Shadow | None = None
    learnt: tuple[tuple[str, str], ...] = ()  # the versions of what was learnt and of the thresholds, kept with every plan
    asking: AskingModel | None = None  # judges hints of protected content; without it rules alone count
