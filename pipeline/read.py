"""From a rendered page to words. Decides what is read and how; knows no engine, no document, no patient."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic

import numpy as np

from pipeline.advice import advice_for
from pipeline.attempt import BLOCK, COLUMNS, Attempt, Reader, attempt, mean_confidence, on_upright_page, poor
from pipeline.clean import Cleaned, clean, clean_as_shaded
from pipeline.confidence import NEVER_SURE, calibrated
from pipeline.layer import SCANNED, believed, shown
from pipeline.leftover import with_leftover
from pipeline.look import LONGEST, Gray, Look, Scan, as_positive, is_empty, is_one_tone, look_at, open_scan, within_bounds
from pipeline.orient import read_upright
from pipeline.penmarks import signature_places
from pipeline.ports import BarcodeReader, OcrEngine
from pipeline.separate import separated
from pipeline.tongue import is_in_another
from schemas.faults import Overrun
from schemas.page import Box, PageKind, PageReading, ReadFrom, Reread, Word
from schemas.rules import ReadRules
from schemas.source import RenderedPage

VERSION = 8
UNREADABLE = "image.unreadable"
FOREIGN_LAYER = 0.93  # somebody else's recognition: no surer than our own of a clean page
SHOWN_THROUGH = 0.4  # print seen from behind reads at 0.25, faded print at 0.9
LEGIBLE = 0.5  # a word on a page without a row of letters


def read_page(
    page: RenderedPage, ocr: OcrEngine, barcodes: BarcodeReader | None = None, *, rules: ReadRules, clock: Callable[[], float] = monotonic
) -> PageReading:
    """Read one page: its text layer where that is believed, else its pixels.

    An engine that overruns its time makes the page unreadable; any other EngineFault is raised.
    """
    nothing = PageReading(page.number, PageKind.UNREADABLE, width_pt=page.width_pt, height_pt=page.height_pt, confidence=0.0, problem=UNREADABLE)
    if page.problem or page.image is None:
        return replace(nothing, problem=page.problem or UNREADABLE)
    original = open_scan(page)
    seen = replace(nothing, fingerprint=fingerprint(original.pixels))
    if not page.layer and is_empty(original):
        return doubted(blank(seen), page, original)
    received = within_bounds(original)
    scan, look = as_positive(received, look_at(received, rules.blank_ink), rules.blank_ink)
    if believed(page.layer, look, page.image_share, rules.layer_min_words):
        read = from_layer(seen, page, look)
    elif look.blank and not look.letters.area.size:
        read = blank(seen)
    else:
        first = rules.languages.split("+")[0]
        reader = Reader(ocr, first, page.image.with_suffix(".ocr.pgm"), clock() + rules.page_seconds, clock)
        read = from_pixels(seen, scan, look, reader, rules)
    read = doubted(read, page, original)
    return separated(replace(read, signatures=signature_places(read, scan)), scan, look, barcodes)


def doubted(read: PageReading, page: RenderedPage, original: Scan) -> PageReading:
    """The reading; a page drawn larger than any sheet, whose marks may be smaller than our measures, is blank only where no pixel differs."""
    larger = page.image_share <= SCANNED and max(page.width_pt, page.height_pt) > 72 * LONGEST
    if read.kind is PageKind.BLANK and larger and not is_one_tone(original):
        return replace(read, kind=PageKind.UNREADABLE, confidence=0.0, problem=UNREADABLE)
    return read


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


def from_pixels(seen: PageReading, scan: Scan, look: Look, reader: Reader, rules: ReadRules) -> PageReading:
    """A page read by the engine."""
    cleaned = clean(scan, look, rules.target_dpi)
    try:
        best, *others = recognise(cleaned, scan, look, reader, rules)
        words = stated(best)
        if nothing_there(words, best.cleaned, scan, look, reader):
            return blank(seen)
    except Overrun:
        return replace(seen, quality=cleaned.quality, advice=advice_for(scan, look))
    read = replace(seen, words=words, read_from=ReadFrom.OCR, turn=best.turn, quality=best.cleaned.quality, confidence=mean_confidence(words))
    return judged(replace(read, rereads=tuple(map(kept_beside, others))), scan, look, rules)


def nothing_there(words: Sequence[Word], cleaned: Cleaned, scan: Scan, look: Look, reader: Reader) -> bool:
    """Whether a page without plain ink is blank: nothing legible, and what shows faintly (in gray, not as dust) is print of the other side."""
    if look.blank:
        return not any(word.confidence >= LEGIBLE and sum(map(str.isalnum, word.text)) > 1 for word in words)
    if not look.faint or mean_confidence(words) >= SHOWN_THROUGH:
        return False
    return scan.bilevel or seen_from_behind(cleaned, look, reader)


def seen_from_behind(cleaned: Cleaned, look: Look, reader: Reader) -> bool:
    """Whether the page can be read in a mirror."""
    mirrored = read_upright(cleaned._replace(pixels=np.fliplr(cleaned.pixels)), look, reader)
    return mean_confidence(calibrated(mirrored.words, cleaned.quality)) >= SHOWN_THROUGH


def judged(read: PageReading, scan: Scan, look: Look, rules: ReadRules) -> PageReading:
    """Text or unreadable."""
    cover = sum(len(word.text) for word in read.words) / max(1, look.letters.area.size)
    if not read.words or read.confidence < rules.unreadable_below or cover < 0.08:
        words = tuple(word._replace(confidence=min(word.confidence, NEVER_SURE)) for word in read.words)
        return replace(read, words=words, advice=advice_for(scan, look))
    return replace(read, kind=PageKind.TEXT, problem=None)


def recognise(cleaned: Cleaned, scan: Scan, look: Look, reader: Reader, rules: ReadRules) -> list[Attempt]:
    """All that was read of a page, the best first. What a later look finds is added or kept beside; when time runs out, what there is counts."""
    first = read_upright(cleaned, look, reader)
    if look.faint:
        return [first]
    tried = [first]
    try:
        if poor(first, look):
            tried.append(second_look(first, scan, look, reader, rules.target_dpi))
            tried.sort(key=lambda one: -one.worth)
        if is_in_another(tried[0].words, rules.languages.split("+")):
            reader = replace(reader, languages=rules.languages)
            tried.insert(0, attempt(tried[0].cleaned, tried[0].turn, tried[0].mode, reader))
        tried[0] = with_leftover(tried[0], look, reader)
    except Overrun:
        pass
    return tried


def second_look(first: Attempt, scan: Scan, look: Look, reader: Reader, target_dpi: int) -> Attempt:
    """Read once more, another way."""
    if first.cleaned.quality == "clean":
        return attempt(clean_as_shaded(scan, look, target_dpi), first.turn, COLUMNS, reader)
    return attempt(first.cleaned, first.turn, BLOCK, reader)


def kept_beside(tried: Attempt) -> Reread:
    """A reading of the whole page that was not the best."""
    return Reread(f"first:{'block' if tried.mode == BLOCK else 'columns'}", Box(0.0, 0.0, 1.0, 1.0), stated(tried))


def stated(tried: Attempt) -> tuple[Word, ...]:
    """The words on the upright page, as sure as such words have been right."""
    return calibrated(on_upright_page(tried), tried.cleaned.quality)
