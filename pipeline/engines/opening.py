"""The child's side of opening a file: what it is, and its pages as pixels and words.

Knows in which order the readers are asked; called only by `child`, with plain values in and out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.engines import embedded, pdf_structure, poppler, raster
from pipeline.engines.nursery import MachineError, Message, Say
from pipeline.sniff import HEAD_BYTES, sniff
from schemas.source import FileKind

RUN = 8  # pages drawn by one call of poppler
LEAST_DPI = 30.0  # a page so large that it must be drawn more coarsely than this cannot be read
PIXEL_SLACK = 2


def page_path(into: Path, number: int) -> Path:
    """Where the picture of a page is written."""
    return into / f"page-{number:04d}.pgm"


def inspect(request: Message, say: Say) -> Message:
    """Kind, page sizes and flags of the file, or the reason why it is refused."""
    path, most = request["original"], request["max_pages"]
    with Path(path).open("rb") as file:
        head = file.read(HEAD_BYTES)
    kind = sniff(head)
    if kind is None:
        return {"refused": "file.unsupported" if head else "file.empty"}
    raster.lift_pillows_budget()
    if kind is FileKind.PDF:
        return {"kind": kind} | _inspect_pdf(path, most, request["seconds"], say)
    return {"kind": kind} | _inspect_image(path, kind, most, request["max_megapixels"] * 1_000_000)


def _inspect_image(path: str, kind: FileKind, most: int, most_pixels: int) -> Message:
    """Pages of an image file. It is corrupt when not even its first header can be read, too large when every page is."""
    try:
        pages = raster.frames(path, kind, most)
    except Exception:  # noqa: BLE001 - Pillow may raise anything over hostile bytes
        return {"refused": "file.corrupt"}
    if pages and all(page.pixels > most_pixels for page in pages):
        return {"refused": "file.too_large", "pages": len(pages)}
    return _answer([(page.width_pt, page.height_pt) for page in pages], len(pages), most, ())


def _inspect_pdf(path: str, most: int, seconds: float, say: Say) -> Message:
    """Pages of a PDF by three readers that know nothing of one another; each says what it found before the next one is asked."""
    by_qpdf, sizes, flags, locked = _ask_qpdf(path, most)
    say({"so far": _settle(_Counts(None, by_qpdf, None), sizes, [], flags, most)})
    by_poppler, sheets, locked_too = _ask_poppler(path, most, seconds)
    say({"so far": _settle(_Counts(None, by_qpdf, by_poppler), sizes, sheets, flags, most)})
    try:
        by_pypdf = pdf_structure.count_pages(path)
    except pdf_structure.LockedError:
        by_pypdf = None
        locked_too |= by_qpdf is None
    if (locked or locked_too) and not (by_qpdf or by_poppler or by_pypdf):
        return {"refused": "file.encrypted"}
    return _settle(_Counts(by_pypdf, by_qpdf, by_poppler), sizes, sheets, flags, most)


def _ask_qpdf(path: str, most: int) -> tuple[int | None, list[tuple[float, float]], tuple[str, ...], bool]:
    """Count, sizes, flags by qpdf, and whether it asked for a password."""
    try:
        with embedded.open_pdf(path) as pdf:
            count = embedded.count_pages(pdf)
            sizes = [embedded.shown_size(page) for page in pdf.pages[: most + 1]] if count else []
            return count, sizes, _flags(pdf), False
    except embedded.LockedError:
        return None, [], (), True
    except Exception:  # noqa: BLE001 - as above
        return None, [], (), False


def _flags(pdf: Any) -> tuple[str, ...]:
    try:
        return embedded.flags(pdf)
    except Exception:  # noqa: BLE001 - a broken action does not make the pages unreadable
        return ()


def _ask_poppler(path: str, most: int, seconds: float) -> tuple[int | None, list[poppler.Sheet], bool]:
    """Count and sizes by poppler, and whether it asked for a password."""
    try:
        count, sheets = poppler.sheets(path, most + 1, seconds)
    except poppler.LockedError:
        return None, [], True
    except ValueError:
        return None, [], False
    return count, sheets, False


class _Counts(NamedTuple):
    """Pages by each reader; None where it could not tell."""

    by_pypdf: int | None
    by_qpdf: int | None
    by_poppler: int | None


def _settle(
    counts: _Counts,
    sizes: Sequence[tuple[float, float]],
    sheets: Sequence[tuple[float, float]],
    flags: Sequence[str],
    most: int,
) -> Message:
    """One count and one size a page."""
    count = agree(*counts)
    measured = [*sizes, *sheets[len(sizes) :]]
    measured += [measured[-1] if measured else (612.0, 792.0)] * (min(count, most) - len(measured))
    return _answer(measured[:count], count, most, flags)


def agree(by_pypdf: int | None, by_qpdf: int | None, by_poppler: int | None) -> int:
    """The number of pages to account for: the highest, for a page too many is held and a page too few is lost.

    pypdf and qpdf walk the page tree; poppler repeats the count written in the file, and is heard only where they do not agree.
    """
    walked = (by_pypdf, by_qpdf)
    return max(count or 0 for count in (walked if by_pypdf and by_pypdf == by_qpdf else (*walked, by_poppler)))


def _answer(sizes: Sequence[tuple[float, float]], count: int, most: int, flags: Sequence[str]) -> Message:
    if count > most:
        return {"refused": "file.too_large", "pages": count}
    if not count:
        return {"refused": "file.corrupt"}
    return {"pages": [[round(width, 3), round(height, 3)] for width, height in sizes], "flags": list(flags)}


class _Wanted(NamedTuple):
    """What the parent asked for."""

    path: str
    kind: FileKind
    pages: list[int]
    sizes: dict[int, tuple[float, float]]
    into: Path
    dpi: int
    most_pixels: int
    seconds: float
    plain: bool  # poppler alone: the shortcut has failed before


def render(request: Message, say: Say) -> Message:
    """Write the pages' pictures; say each page as it is done, and each before it is begun."""
    wanted = _Wanted(
        path=request["original"],
        kind=FileKind(request["kind"]),
        pages=request["pages"],
        sizes={number: (width, height) for number, width, height in request["sizes"]},
        into=Path(request["into"]),
        dpi=request["dpi"],
        most_pixels=request["max_megapixels"] * 1_000_000,
        seconds=request["seconds"],
        plain=request["plain"],
    )
    raster.lift_pillows_budget()
    for page in _pdf_pages(wanted, say) if wanted.kind is FileKind.PDF else _image_pages(wanted, say):
        say({"page": page})
    return {}


def _image_pages(wanted: _Wanted, say: Say) -> Iterator[Message]:
    for number in wanted.pages:
        say({"at": number})
        try:
            frame = raster.draw(wanted.path, wanted.kind, number, wanted.most_pixels, page_path(wanted.into, number))
        except (MachineError, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - Pillow may raise anything over hostile bytes
            yield _lost(number)
        else:
            yield {
                "number": number,
                "size": [frame.width_pt, frame.height_pt],
                "dpi": [frame.dpi_x, frame.dpi_y],
                "bilevel": frame.bilevel,
                "image_share": 1.0,
            }


def _lost(number: int) -> Message:
    return {"number": number, "problem": "image.unreadable"}


def _pdf_pages(wanted: _Wanted, say: Say) -> Iterator[Message]:
    """Pages that are one scan come straight out of the file; runs of the others are drawn."""
    say({"at": wanted.pages[0]})
    layers = {} if wanted.plain else _layers(wanted)
    with _opened(wanted) as pdf:
        waiting: list[_Sheet] = []
        for number in wanted.pages:
            sheet = _look(pdf, number, wanted, layers.get(number, []), say)
            if sheet.done is None:
                waiting.append(sheet)
                if len(waiting) < RUN:
                    continue
            yield from _drawn(waiting, wanted, say)
            waiting.clear()
            if sheet.done is not None:
                yield sheet.done
        yield from _drawn(waiting, wanted, say)


def _opened(wanted: _Wanted) -> Any:
    """The file as qpdf has it; one without pages where only poppler can open it."""
    try:
        return embedded.open_pdf(wanted.path)
    except (ValueError, embedded.LockedError):
        return embedded.nothing()


def _layers(wanted: _Wanted) -> dict[int, list[poppler.TextWord]]:
    """The text layers of all pages wanted, one call for each run of consecutive pages; empty where poppler cannot read them."""
    found: dict[int, list[poppler.TextWord]] = {}
    for first, last in runs(wanted.pages):
        try:
            found |= poppler.words(wanted.path, first, last, wanted.seconds / 2)
        except (ValueError, MemoryError):
            continue
    return found


def runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of every run of consecutive numbers."""
    ordered = sorted(set(numbers))
    breaks = [place for place, (one, two) in enumerate(pairwise(ordered), 1) if two != one + 1]
    for begin, end in pairwise([0, *breaks, len(ordered)]):
        yield ordered[begin], ordered[end - 1]


class _Sheet(NamedTuple):
    """One page to be drawn, or already `done`. `unit` is the page's UserUnit, `size` as shown in 1/72 inch."""

    number: int
    size: tuple[float, float]
    unit: float
    dpi: float
    layer: list[list[Any]]
    image_share: float
    page: Any  # as qpdf has it, or None
    bilevel: bool = False
    done: Message | None = None


def _look(pdf: Any, number: int, wanted: _Wanted, layer: Sequence[poppler.TextWord], say: Say) -> _Sheet:
    """What a page consists of; its picture written already when it is one scan."""
    say({"at": number})
    page = pdf.pages[number - 1] if number <= len(pdf.pages) else None
    unit = embedded.user_unit(page) if page is not None else 1.0
    width, height = size = wanted.sizes[number]
    dpi = min(float(wanted.dpi), 72 * (wanted.most_pixels / (width * height)) ** 0.5 * 0.999)
    unknown = 1.0  # until it is looked at a page counts as a scan: its layer must then cover nearly all that is seen
    sheet = _Sheet(number, size, unit, dpi, _shares(layer, width / unit, height / unit), unknown, page)
    if page is None or wanted.plain:
        return sheet
    try:
        found = embedded.marks(page)
        if found is None:
            return sheet
        sheet = sheet._replace(image_share=embedded.image_share(page, found), bilevel=embedded.is_bilevel(page, found))
        return sheet._replace(done=_taken_out(page, found, sheet, wanted))
    except (MachineError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - whatever pikepdf or Pillow stumbles over, poppler may still draw
        return sheet


def _shares(layer: Sequence[poppler.TextWord], width: float, height: float) -> list[list[Any]]:
    """Words with boxes as shares of the page; those that lie off the page are left out."""
    placed = []
    for word in layer:
        box = [min(max(value, 0.0), 1.0) for value in (word.x0 / width, word.y0 / height, word.x1 / width, word.y1 / height)]
        if box[2] > box[0] and box[3] > box[1]:
            placed.append([word.text, *(round(value, 6) for value in box), word.line])
    return placed


def _taken_out(page: Any, found: embedded.Marks, sheet: _Sheet, wanted: _Wanted) -> Message | None:
    """The page's embedded scan written as it is, turned as a viewer shows it; None if it is not one scan."""
    scan = embedded.scan_of(page, found, wanted.most_pixels)
    if scan is None:
        return None
    dpi_x, dpi_y = embedded.out_size(page, scan.image)
    if not (raster.MIN_DPI <= dpi_x <= raster.MAX_DPI and raster.MIN_DPI <= dpi_y <= raster.MAX_DPI):
        return None
    turn = embedded.rotation(page)
    raster.save_gray(raster.turned(raster.to_gray(scan.image), turn), page_path(wanted.into, sheet.number))
    dpi = [dpi_y, dpi_x] if turn in (90, 270) else [dpi_x, dpi_y]
    return _page(sheet._replace(bilevel=scan.bilevel), dpi)


def _page(sheet: _Sheet, dpi: list[float]) -> Message:
    return {
        "number": sheet.number,
        "size": list(sheet.size),
        "dpi": dpi,
        "bilevel": sheet.bilevel,
        "layer": sheet.layer,
        "image_share": sheet.image_share,
    }


def _drawn(sheets: Sequence[_Sheet], wanted: _Wanted, say: Say) -> Iterator[Message]:
    """Pages drawn by poppler: consecutive ones of one resolution in one call, one by one where that fails."""
    place = 0
    while place < len(sheets):
        run = [sheets[place]]
        while place + len(run) < len(sheets) and _follows(run, sheets[place + len(run)], wanted):
            run.append(sheets[place + len(run)])
        place += len(run)
        yield from _draw_run(run, wanted, say)


def _follows(run: Sequence[_Sheet], sheet: _Sheet, wanted: _Wanted) -> bool:
    """Whether a page may be drawn in the same call: next in number, same resolution, all together within the pixel budget."""
    last = run[-1]
    pixels = sum(width * height * one.dpi**2 / 5184 for one in [*run, sheet] for width, height in [one.size])
    return sheet.number == last.number + 1 and (sheet.dpi, sheet.unit) == (last.dpi, last.unit) and pixels <= wanted.most_pixels


def _draw_run(run: Sequence[_Sheet], wanted: _Wanted, say: Say) -> Iterator[Message]:
    say({"at": run[0].number} | ({"run": len(run)} if len(run) > 1 else {}))
    if run[0].dpi < LEAST_DPI:
        yield from (_lost(sheet.number) for sheet in run)
        return
    try:
        images = _draw(wanted.path, run, run[0].number, wanted.seconds if len(run) == 1 else wanted.seconds / 2)
        if images is None and len(run) == 1:
            run, images = _draw_repaired(run[0], wanted)
    except TimeoutError:
        images = None
    if images is not None:
        yield from (_kept(sheet, image, wanted) for sheet, image in zip(run, images, strict=True))
    elif len(run) > 1:
        for sheet in run:
            yield from _draw_run([sheet], wanted, say)
    else:
        yield _lost(run[0].number)


def _draw(path: str, run: Sequence[_Sheet], first: int, seconds: float) -> list[Any] | None:
    """Pictures of consecutive pages, each of the size it must have; None where poppler fails over any of them. TimeoutError."""
    try:
        images = poppler.draw(path, first, first + len(run) - 1, run[0].dpi * run[0].unit, seconds * 0.8)
    except ValueError:
        return None
    return images if len(images) == len(run) and all(map(_fits, run, images)) else None


def _draw_repaired(sheet: _Sheet, wanted: _Wanted) -> tuple[list[_Sheet], list[Any] | None]:
    """A page that poppler cannot find or draw, and its words, from a file of its own as qpdf repairs it."""
    alone = wanted.into / f"page-{sheet.number:04d}.pdf"
    try:
        if sheet.page is None or not embedded.extract(sheet.page, alone):
            return [sheet], None
        images = _draw(str(alone), [sheet], 1, wanted.seconds / 2)
        words = poppler.words(str(alone), 1, 1, wanted.seconds / 4).get(1, []) if images and not sheet.layer else []
        width, height = (side / sheet.unit for side in sheet.size)
        return [sheet._replace(layer=sheet.layer or _shares(words, width, height))], images
    except (MachineError, MemoryError, TimeoutError):
        raise
    except Exception:  # noqa: BLE001 - whatever pikepdf stumbles over, the page is lost
        return [sheet], None
    finally:
        alone.unlink(missing_ok=True)


def _kept(sheet: _Sheet, image: Any, wanted: _Wanted) -> Message:
    """The picture written. A page that was not drawn whole is lost, whatever is to be seen of it."""
    gray = raster.to_gray(image)
    if _is_doubtful(sheet, gray, wanted):
        return _lost(sheet.number)
    raster.save_gray(gray, page_path(wanted.into, sheet.number))
    return _page(sheet, [sheet.dpi, sheet.dpi])


def _is_doubtful(sheet: _Sheet, gray: Any, wanted: _Wanted) -> bool:
    """Whether a scan, or a page almost white, has a picture that cannot be decoded to its end; or poppler drew nothing of it and complains."""
    scan, white = sheet.image_share > 0.5, raster.is_almost_white(gray)
    looked_into = sheet.page is not None and not wanted.plain and (scan or white)
    if looked_into and embedded.has_broken_picture(sheet.page, wanted.most_pixels):
        return True
    return white and (scan or raster.is_white(gray)) and poppler.complains(wanted.path, sheet.number, wanted.seconds / 2)


def _fits(sheet: _Sheet, image: Any) -> bool:
    """Whether the picture is as large as the page must be: poppler gives up with a tiny picture and reports success."""
    expected = (side / 72 * sheet.dpi for side in sheet.size)
    return all(abs(side - wanted) <= PIXEL_SLACK for side, wanted in zip(image.size, expected, strict=True))
