"""From a rendered page to words. Decides what is read and how; knows no engine, no document, no patient."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from pipeline.clean import Cleaned, clean, clean_as_shaded, place_on_page, turned
from pipeline.layer import SCANNED, believed, boxes_mask, outside, shown
from pipeline.look import Gray, Look, Mask, Scan, bars, inches, look_at, open_scan, squared, within_bounds
from pipeline.ports import BarcodeReader, OcrEngine
from schemas.faults import Overrun
from schemas.page import Barcode, Box, PageKind, PageReading, ReadFrom, Word, place_on_source
from schemas.rules import ReadRules
from schemas.source import RenderedPage

VERSION = 3
UNREADABLE = "image.unreadable"
COLUMNS, BLOCK = 4, 6  # the engine's layout modes: text of varying size in columns, one block
BARCODE_DPI = 200
SEPARATOR_TEXT, OWN_SHEET = "PATCHT", "CHARTROOM:"
SEPARATOR_WORDS = 40  # a sheet with more words than these carries a barcode, but is a page
UNREAD_LETTERS = 120  # and so is one with more marks than these that could not be read: it was written on
LARGEST_TYPE = 0.6  # inches: so is one with a larger mark that is neither a word nor a bar
LOOSE_INK = 0.012  # or with more ink than this share of the page that is neither code nor word: something was drawn on it
FOREIGN_LAYER = 0.9  # somebody else's recognition: no surer than our own of a clean page
POOR_CONFIDENCE, POOR_COVER = 0.6, 0.45
SHOWN_THROUGH = 0.4  # print seen from behind reads at 0.25, faded print at 0.9
LEGIBLE = 0.5  # a word on a page without a row of letters

# Raw confidence to share of words found right, measured by band; the highest band differs by quality (its last value).
BANDS = (0.0, 0.15, 0.40, 0.60, 0.75, 0.85, 0.925, 0.97)
SHARES = (0.10, 0.21, 0.30, 0.41, 0.57, 0.69, 0.93)
BEST = {"clean": 0.998, "dirty": 0.985, "fax": 0.98, "shaded": 0.95}


@dataclass(frozen=True, slots=True)
class Reader:
    """The engine with its rules and the place for its images."""

    ocr: OcrEngine
    rules: ReadRules
    image: Path

    def words(self, pixels: Gray, dpi: int, mode: int) -> tuple[Word, ...]:
        """Words of an image, with boxes as its shares."""
        Image.fromarray(pixels).save(self.image)
        try:
            return self.ocr.words(self.image, languages=self.rules.languages, mode=mode, seconds=self.rules.page_seconds, dpi=dpi)
        finally:
            self.image.unlink(missing_ok=True)


class Attempt(NamedTuple):
    """One way a page was read: the image, its clockwise quarter turn, and the engine's words on the turned image."""

    cleaned: Cleaned
    turn: int
    words: tuple[Word, ...]

    @property
    def worth(self) -> float:
        """Mean confidence times number of words."""
        return worth(self.words)


def read_page(page: RenderedPage, ocr: OcrEngine, barcodes: BarcodeReader | None = None, *, rules: ReadRules) -> PageReading:
    """Read one page: its text layer where that is believed, else its pixels.

    An engine that overruns its time makes the page unreadable; any other EngineFault is raised.
    """
    nothing = PageReading(page.number, PageKind.UNREADABLE, width_pt=page.width_pt, height_pt=page.height_pt, confidence=0.0, problem=UNREADABLE)
    if page.problem or page.image is None:
        return replace(nothing, problem=page.problem or UNREADABLE)
    original = open_scan(page)
    scan = within_bounds(original)
    look = look_at(scan, rules.blank_ink)
    seen = replace(nothing, fingerprint=fingerprint(original.pixels))
    if believed(page.layer, look, page.image_share, rules.layer_min_words):
        read = from_layer(seen, page, look)
    elif look.blank and not look.letters.area.size:
        read = blank(seen)
    else:
        read = from_pixels(seen, scan, look, Reader(ocr, rules, page.image.with_suffix(".ocr.pgm")))
    return separated(read, scan, look, barcodes)


def fingerprint(pixels: Gray) -> str:
    """Digest of the pixels and their arrangement."""
    return hashlib.sha256(str(pixels.shape).encode() + np.ascontiguousarray(pixels).tobytes()).hexdigest()


def blank(seen: PageReading) -> PageReading:
    """A page with nothing on it."""
    return replace(seen, kind=PageKind.BLANK, confidence=1.0, problem=None)


def from_layer(seen: PageReading, page: RenderedPage, look: Look) -> PageReading:
    """A page whose text layer is believed; a word of it that cannot be seen is not relied on."""
    scanned = page.image_share > SCANNED
    surest = FOREIGN_LAYER if scanned else 1.0
    words = tuple(word._replace(confidence=min(word.confidence, surest)) for word in shown(page.layer, look))
    quality = "clean" if scanned else "born_digital"
    return replace(seen, kind=PageKind.TEXT, words=words, read_from=ReadFrom.LAYER, quality=quality, confidence=mean_confidence(words), problem=None)


def from_pixels(seen: PageReading, scan: Scan, look: Look, reader: Reader) -> PageReading:
    """A page read by the engine."""
    cleaned = clean(scan, look, reader.rules.target_dpi)
    try:
        best = recognise(cleaned, scan, look, reader)
        words = calibrated(on_upright_page(best), best.cleaned.quality)
        if nothing_there(words, best.cleaned, scan, look, reader):
            return blank(seen)
    except Overrun:
        return replace(seen, quality=cleaned.quality)
    read = replace(seen, words=words, read_from=ReadFrom.OCR, turn=best.turn, quality=best.cleaned.quality, confidence=mean_confidence(words))
    return judged(read, look, reader.rules)


def nothing_there(words: Sequence[Word], cleaned: Cleaned, scan: Scan, look: Look, reader: Reader) -> bool:
    """Whether a page without plain ink is blank: nothing legible, and what shows faintly (in gray, not as dust) is print of the other side."""
    if look.blank:
        return not any(word.confidence >= LEGIBLE and sum(map(str.isalnum, word.text)) > 1 for word in words)
    if not look.faint or mean_confidence(words) >= SHOWN_THROUGH:
        return False
    return scan.bilevel or seen_from_behind(cleaned, look, reader)


def seen_from_behind(cleaned: Cleaned, look: Look, reader: Reader) -> bool:
    """Whether the page can be read in a mirror."""
    mirrored = attempt(cleaned._replace(pixels=np.fliplr(cleaned.pixels)), 0, COLUMNS, reader)
    if poor(mirrored, look):
        mirrored = better_turned(mirrored, look, reader)
    return mean_confidence(calibrated(mirrored.words, cleaned.quality)) >= SHOWN_THROUGH


def judged(read: PageReading, look: Look, rules: ReadRules) -> PageReading:
    """Text or unreadable."""
    cover = sum(len(word.text) for word in read.words) / max(1, look.letters.area.size)
    if not read.words or read.confidence < rules.unreadable_below or cover < 0.08:
        return read
    return replace(read, kind=PageKind.TEXT, problem=None)


def recognise(cleaned: Cleaned, scan: Scan, look: Look, reader: Reader) -> Attempt:
    """The best of a first reading and, where that is poor, of a quarter turn and one other recipe."""
    first = attempt(cleaned, 0, COLUMNS, reader)
    if not poor(first, look):
        return first
    best = better_turned(first, look, reader)
    if look.faint or not poor(best, look):
        return best
    return max(best, second_look(best, scan, look, reader), key=lambda tried: tried.worth)


def attempt(cleaned: Cleaned, turn: int, mode: int, reader: Reader) -> Attempt:
    """Read an image turned clockwise."""
    return Attempt(cleaned, turn, sensible(reader.words(turned(cleaned.pixels, turn), cleaned.dpi, mode)))


def sensible(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words without stray signs read out of rules and dirt."""
    return tuple(word for word in words if word.confidence >= 0.5 or any(char.isalnum() for char in word.text))


def poor(tried: Attempt, look: Look) -> bool:
    """Whether too little was read for the letters seen, or too unsurely, or standing on end."""
    sure = sum(word.confidence * len(word.text) for word in tried.words)
    return mean_confidence(tried.words) < POOR_CONFIDENCE or sure < POOR_COVER * look.letters.area.size or on_end(tried.words)


def on_end(words: Sequence[Word]) -> bool:
    """Whether longer words are higher than wide on the image."""
    longer = [word.box for word in words if len(word.text) >= 5]
    return sum(box.x1 - box.x0 < 0.7 * (box.y1 - box.y0) for box in longer) > 0.5 * len(longer)


def second_look(best: Attempt, scan: Scan, look: Look, reader: Reader) -> Attempt:
    """Read once more, another way."""
    if best.cleaned.quality == "clean":
        return attempt(clean_as_shaded(scan, look, reader.rules.target_dpi), best.turn, COLUMNS, reader)
    return attempt(best.cleaned, best.turn, BLOCK, reader)


def better_turned(first: Attempt, look: Look, reader: Reader) -> Attempt:
    """The page read again the right way up, if a part of it reads far better turned."""
    turn = right_turn(densest(first.cleaned.pixels), first.cleaned.dpi, look, reader)
    return attempt(first.cleaned, turn, COLUMNS, reader) if turn else first


def right_turn(part: Gray, dpi: int, look: Look, reader: Reader) -> int:
    """The clockwise quarter turn at which a part of the page reads best; 0 unless another is far better."""
    turns = (0, 90, 270) if look.sideways else (0, 180)
    worths = {turn: worth(reader.words(turned(part, turn), dpi, BLOCK)) for turn in turns}
    best = max(worths, key=lambda turn: worths[turn])
    return best if worths[best] > 1.5 * worths[0] + 1 else 0


def densest(pixels: Gray, share: float = 0.45) -> Gray:
    """The square part of an image that holds the most ink."""
    small = np.asarray(Image.fromarray(pixels).reduce(8), dtype=np.float64)
    size = max(1, int(share * min(small.shape)))
    sums = np.pad((255 - small).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    held = sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    y, x = np.unravel_index(int(held.argmax()), held.shape)
    return pixels[y * 8 : (y + size) * 8, x * 8 : (x + size) * 8]


def worth(words: Sequence[Word]) -> float:
    """Mean confidence times number of words, longer words counting more, each squared so that guesses count little."""
    return sum(word.confidence**2 * min(len(word.text), 8) for word in words)


def mean_confidence(words: Sequence[Word]) -> float:
    """Mean confidence weighted by length."""
    length = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / length if length else 0.0


def calibrated(words: Sequence[Word], quality: str) -> tuple[Word, ...]:
    """The words with their confidence as the share of such words that is right at this quality."""
    best = BEST[quality]  # below the best band a quality's shares shrink in the same measure
    values = np.interp([word.confidence for word in words], BANDS, [*(share * best for share in SHARES), best])
    return tuple(word._replace(confidence=float(value)) for word, value in zip(words, values, strict=True))


def on_upright_page(tried: Attempt) -> tuple[Word, ...]:
    """The words with boxes as shares of the upright page."""
    return tuple(word._replace(box=upright_box(word.box, tried)) for word in tried.words)


def upright_box(box: Box, tried: Attempt) -> Box:
    """From the turned, cleaned image to the page as received, and on to the page turned upright."""
    received = place_on_page(place_on_source(box, tried.turn), tried.cleaned.way)
    return place_on_source(received, -tried.turn)


def separated(read: PageReading, scan: Scan, look: Look, barcodes: BarcodeReader | None) -> PageReading:
    """The reading with its barcodes; a sheet that carries a separator's code and little else is a separator."""
    if barcodes is None:
        return read
    found = barcodes.find(squared(scan, min(BARCODE_DPI, scan.dpi_x)))
    codes = tuple(code._replace(box=place_on_source(code.box, -read.turn)) for code in found)
    if any(parts(code) for code in codes) and carries_only(found, read, look):
        return replace(read, kind=PageKind.SEPARATOR, barcodes=codes, problem=None)
    return replace(read, barcodes=codes)


def carries_only(codes: Sequence[Barcode], read: PageReading, look: Look) -> bool:
    """Whether a sheet shows its codes and a few printed words, and nothing else that was written, drawn or pictured."""
    coded = boxes_mask([code.box for code in codes], look.ink)
    unread = look.letters.area.size * outside(look, coded) - sum(len(word.text) for word in read.words)
    if len(read.words) > SEPARATOR_WORDS or unread > UNREAD_LETTERS:
        return False
    own = coded | boxes_mask([place_on_source(word.box, read.turn) for word in read.words if word.confidence >= LEGIBLE], look.ink)
    drawings = look.drawings.where(~bars(look.drawings))
    loose = ~own[(drawings.y0 + drawings.y1) // 2, (drawings.x0 + drawings.x1) // 2]
    loose &= np.maximum(drawings.wide, drawings.high) >= inches(LARGEST_TYPE)
    return twice_centred(codes) or (not loose.any() and float((look.ink & ~own & ~barred(look)).mean()) <= LOOSE_INK)


def twice_centred(codes: Sequence[Barcode]) -> bool:
    """Whether separator's codes stand in the middle of the top and of the bottom third, as on our own printed sheets and on no sticker."""
    boxes = [code.box for code in codes if parts(code)]
    heights = [(box.y0 + box.y1) / 2 for box in boxes if abs(box.x0 + box.x1 - 1) < 0.1]
    return bool(heights) and min(heights) < 1 / 3 and max(heights) > 2 / 3


def barred(look: Look) -> Mask:
    """Where the bars of codes lie that were not decoded."""
    solid = look.drawings.where(bars(look.drawings))
    mask = np.zeros_like(look.ink)
    for x0, y0, x1, y1 in zip(solid.x0, solid.y0, solid.x1, solid.y1, strict=True):
        mask[y0:y1, x0:x1] = True
    return mask


def parts(code: Barcode) -> bool:
    """Whether a barcode says: here a new document begins."""
    text = code.text.strip().upper()
    return text.replace(" ", "") == SEPARATOR_TEXT or text.startswith(OWN_SHEET)
