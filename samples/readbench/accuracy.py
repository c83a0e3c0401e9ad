"""The rows about what was read right: words, fields, stated confidence, orientation. Takes readings and pages; starts nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from samples.readbench import goals
from samples.readbench.pages import FIELDS, Page
from samples.readbench.reading import Seen
from samples.readbench.score import Band, Count, bands, count, folded, readable, right_words
from samples.report import Row, plain

Read = Mapping[str, Sequence[Seen]]  # by quality
CLEAN = ("clean300", "clean200")


def word_rows(read: Read) -> Iterator[Row]:
    """Word error and recall on each quality, and the goals among them."""
    counts = {quality: total(seen) for quality, seen in read.items()}
    yield goals.DIRTY.reached(counts["skew300bw"].error, n=counts["skew300bw"].words)
    yield goals.STANDARD.reached(counts["faxstd"].error, n=counts["faxstd"].words)
    yield goals.POOR.reached(counts["poor200"].recall, n=counts["poor200"].words)
    for quality, words in counts.items():
        yield plain(f"word error, {quality}", round(words.error, 2), n=words.words, unit="%")
        yield plain(f"word recall, {quality}", round(words.recall, 2), n=words.words, unit="%")


def field_rows(read: Read) -> Iterator[Row]:
    """The six fields: readable at all, and extracted exactly."""
    yield goals.STANDARD_FIELDS.reached(*_share(read["faxstd"], is_readable))
    yield goals.POOR_FIELDS.reached(*_share(read["poor200"], is_readable))
    for quality, seen in read.items():
        value, n = _share(seen, is_exact)
        yield plain(f"six fields extracted exactly, {quality}", round(value, 1), n=n, unit="%")
    everything = [one for seen in read.values() for one in seen]
    for field in FIELDS:
        right = [is_exact(one, field) for one in everything if one.page]
        yield plain(f"{field} extracted exactly, all qualities", round(100 * sum(right) / max(1, len(right)), 1), n=len(right), unit="%")


def stated_rows(read: Read) -> Iterator[Row]:
    """Stated against true confidence, by the quality class that the program gave the page."""
    found = bands(_judged(one for seen in read.values() for one in seen))
    worst: Band | None = max(found, key=lambda band: band.off, default=None)
    note = (
        f"{worst.quality} from {worst.low:g}: stated {worst.stated:.3f}, true {worst.true:.3f} of {worst.words}; {len(found)} bands" if worst else ""
    )
    yield goals.STATED.reached(worst.off if worst else 1.0, n=sum(band.words for band in found), note=note)
    for band in found:
        yield plain(f"stated less true, {band.quality} from {band.low:g}", round(band.stated - band.true, 3), n=band.words, unit="share")


def harm_rows(read: Read, texts: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    """What the program's way of reading costs on clean pages, against plain Tesseract on the same images."""
    ours = Count()
    theirs = Count()
    for quality in CLEAN:
        ours += total(read[quality])
        theirs += of_texts([one.page for one in read[quality]], texts[quality])
    yield goals.HARM.reached(ours.error - theirs.error, n=ours.words)
    yield plain("word error, clean pages, plain Tesseract", round(theirs.error, 2), n=theirs.words, unit="%")


def turned_rows(seen: Sequence[Seen], turns: Sequence[int]) -> Iterator[Row]:
    """How many pages stayed lying or upside down."""
    wrong = sum(one.turn % 360 != turn for one, turn in zip(seen, turns, strict=True))
    yield goals.TURNED.reached(wrong, n=len(turns))
    words = total(seen)
    yield plain("word recall, four rotations, skew to 5 degrees", round(words.recall, 2), n=words.words, unit="%")


def peer_rows(read: Read, texts: Mapping[str, Mapping[str, Sequence[str]]]) -> Iterator[Row]:
    """The others' word error on the same pages (`texts` by quality and setting), and ours against the best of them."""
    for quality, settings in texts.items():
        counts = {setting: of_texts([one.page for one in read[quality]], pages) for setting, pages in settings.items()}
        if quality == "skew300bw":
            best = min(words.error for words in counts.values())
            yield goals.DIRTY_OF_PEER.reached(total(read[quality]).error / max(best, 0.01), n=total(read[quality]).words)
        for setting, words in counts.items():
            yield plain(f"word error, {quality}, OCRmyPDF {setting}", round(words.error, 2), n=words.words, unit="%")
            yield plain(f"word recall, {quality}, OCRmyPDF {setting}", round(words.recall, 2), n=words.words, unit="%")


def scan_rows(pairs: Sequence[tuple[Sequence[str], str, str]]) -> Iterator[Row]:
    """Real scans with a reference: its words, what we read, what plain Tesseract read."""
    ours = sum((count(truth, read) for truth, read, _ in pairs), Count())
    theirs = sum((count(truth, read) for truth, _, read in pairs), Count())
    yield goals.REAL.reached(ours.recall, n=ours.words)
    yield plain(f"{goals.REAL.text}, plain Tesseract", round(theirs.recall, 2), n=theirs.words, unit="%")


def total(seen: Iterable[Seen]) -> Count:
    """All words of some pages, held against what was read first."""
    return sum((count(one.page.sheet.truth, one.text) for one in seen if one.page), Count())


def of_texts(pages: Sequence[Page | None], texts: Sequence[str]) -> Count:
    """All words of some pages, held against texts in the same order."""
    return sum((count(page.sheet.truth, text) for page, text in zip(pages, texts, strict=True) if page), Count())


def is_readable(one: Seen, field: str) -> bool:
    """Whether a field's value stands in the first reading or in another look."""
    return one.page is not None and readable(one.page.printed[field], [one.text, *(text for _, text in one.rereads)])


def is_exact(one: Seen, field: str) -> bool:
    """Whether a field was extracted with its very value; case, accents and a title behind a name do not count."""
    if one.page is None:
        return False
    said = one.fields.get(field, "")
    return folded(said.removesuffix("MD") if field == "author" else said) == folded(one.page.exported[field])


def _share(seen: Sequence[Seen], judge: Callable[[Seen, str], bool]) -> tuple[float, int]:
    judged = [judge(one, field) for one in seen if one.page for field in FIELDS]
    return 100 * sum(judged) / max(1, len(judged)), len(judged)


def _judged(seen: Iterable[Seen]) -> Iterator[tuple[str, float, bool]]:
    for one in seen:
        if one.page:
            right = right_words(one.page.sheet.truth, [word for word, _ in one.words])
            yield from ((one.quality, stated, good) for (_, stated), good in zip(one.words, right, strict=True))
