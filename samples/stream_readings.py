"""How a stream of pages is read: with character noise over its printed words, or by recognition of damaged pages. Knows no splitting."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

from pipeline.engines.poppler import words as layer_words
from pipeline.extract import identities
from pipeline.page_language import PageLanguage, pages_of
from pipeline.ports import OcrEngine
from pipeline.read import read_page
from samples import corpus
from samples.damage import RENDER_DPI, damage_page, render_pages
from samples.draw import HEIGHT, WIDTH
from samples.streams import Leaf, Stream
from schemas.document import PageIdentity
from schemas.page import Box, PageKind, PageReading, ReadFrom, Word
from schemas.rules import ExtractRules, ReadRules
from schemas.source import RenderedPage
from workers.wire import load_catalogue

SHARES = {"clean": (0.0, 0.005, 0.01), "fax": (0.02, 0.04, 0.06)}  # of the characters are misread
DEVICES = ("clean200", "clean200", "faxfine", "skew300bw")
MIXED = 0.2  # of the streams were scanned by more than one machine

Read = tuple[tuple[PageLanguage, ...], tuple[PageIdentity, ...]]


def with_identities(readings: Sequence[PageReading]) -> Read:
    """The pages, and whom each names."""
    rules = ExtractRules()
    pages = pages_of(readings, load_catalogue(), rules)
    return pages, identities(pages, rules=rules)


def misread(stream: Stream, rng: Random) -> list[PageReading]:
    """Every page as bad reading gives it: characters confused, lines a little off."""
    machines = _machines(stream.leaves, rng)
    with tempfile.TemporaryDirectory(prefix="samples-") as folder:
        source = Path(folder) / "in.pdf"
        source.write_bytes(stream.pdf)
        layer = layer_words(str(source), 1, len(stream.leaves), 60)
    return [_misread_page(leaf, number, layer.get(number, []), machines[number - 1], rng) for number, leaf in enumerate(stream.leaves, 1)]


def recognised(stream: Stream, ocr: OcrEngine, rng: Random) -> list[PageReading]:
    """Every page damaged by a scanner or fax machine and read by the product."""
    device = rng.choice(DEVICES)
    pages = render_pages(stream.pdf, RENDER_DPI.get(device, (200, 200)))
    return [
        _recognised_page(leaf, n, page, device, ocr, rng.randrange(2**31)) for n, (leaf, page) in enumerate(zip(stream.leaves, pages, strict=True), 1)
    ]


def _machines(leaves: Sequence[Leaf], rng: Random) -> list[tuple[str, float]]:
    """The quality and share of misread characters of each page: of one machine, or of one for each document."""
    mixed = rng.random() < MIXED
    drawn: dict[int, tuple[str, float]] = {}
    for leaf in leaves:
        quality = rng.choice(("clean", "clean", "fax"))
        drawn.setdefault(leaf.document if mixed else 0, (quality, rng.choice(SHARES[quality])))
    return [drawn[leaf.document if mixed else 0] for leaf in leaves]


def _misread_page(
    leaf: Leaf, number: int, layer: Sequence[tuple[str, float, float, float, float, int]], machine: tuple[str, float], rng: Random
) -> PageReading:
    if leaf.what != "page":
        return _empty(leaf, number)
    quality, share = machine
    down, across = rng.gauss(0, 0.004), rng.gauss(0, 0.004)
    words = []
    for text, x0, y0, x1, y1, line in layer:
        seen = corpus.damage(text, share, rng).split()
        place = Box(x0 / WIDTH + across, y0 / HEIGHT + down, x1 / WIDTH + across, y1 / HEIGHT + down)
        words += [Word(part, place, 0.95 if part == text else rng.uniform(0.3, 0.95), line) for part in seen]
    confidence = 0.95 - 3 * share
    return PageReading(number, PageKind.TEXT, tuple(words), ReadFrom.OCR, quality=quality, confidence=confidence, fingerprint=f"{rng.random()}")


def _recognised_page(leaf: Leaf, number: int, page: Image.Image, device: str, ocr: OcrEngine, seed: int) -> PageReading:
    if leaf.what != "page":
        return _empty(leaf, number)
    scan = damage_page(page, device, seed=seed)
    pixels = np.asarray(scan.image.convert("L"))
    with tempfile.TemporaryDirectory(prefix="samples-") as folder:
        image = Path(folder) / "page.png"
        Image.fromarray(pixels).save(image, compress_level=1)
        across, along = scan.dpi
        rendered = RenderedPage(number, WIDTH, HEIGHT, image, across, along, bilevel=scan.image.mode == "1", image_share=1.0)
        return replace(read_page(rendered, ocr, rules=ReadRules()), number=number)


def _empty(leaf: Leaf, number: int) -> PageReading:
    kind = PageKind.BLANK if leaf.what == "blank" else PageKind.UNREADABLE
    return PageReading(
        number, kind, confidence=0.0, fingerprint=f"{leaf.what} {number}", problem=None if leaf.what == "blank" else "image.unreadable"
    )
