"""Sample batches with their truth: which pages belong to which document, of what type, about whom. Drives layouts, damage and containers.

The truth is written beside the folder, never inside it: the folder goes to the product as it is.
"""

from __future__ import annotations

import io
import json
import os
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, NamedTuple

from PIL.Image import Image
from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from pipeline.engines.sheet_printer import draw_sheet
from pipeline.sheets import PATCH
from samples import damage
from samples.cast import Cast, Role, cast_couple, cast_role, sort_cast
from samples.damage import FaxLine, Scan
from samples.draw import HEIGHT, WIDTH, Layout, draw_bare, draw_document
from samples.facts import BENCH_FACILITIES, DEMO_FACILITIES, PRACTICE_FACILITIES, REHEARSAL_FACILITIES, Case, make_case
from samples.layouts import bench, demo, practice, rehearsal
from samples.recipes import RECIPES, Recipe
from schemas.patient import IndexPatient

Kind = Literal["demo", "practice", "rehearsal", "bench"]
TRUTH = "truth.jsonl"
_SETS = {
    "demo": (demo.LAYOUTS, demo.COVER, DEMO_FACILITIES),
    "practice": (practice.LAYOUTS, practice.COVER, PRACTICE_FACILITIES),
    "rehearsal": (rehearsal.LAYOUTS, rehearsal.COVER, REHEARSAL_FACILITIES),
    "bench": (bench.LAYOUTS, bench.COVER, BENCH_FACILITIES),
}
_SUFFIX = {"tiff": ".tif", "jpeg": ".jpg", "png": ".png"}


@dataclass(frozen=True, slots=True)
class DocumentTruth:
    """One document as it was made: its pages in the source file, its type, the true MRN (None: not in the index), the printed fields."""

    pages: tuple[int, ...]
    document_type: str
    layout: str
    mrn: str | None
    also: tuple[str, ...] = ()  # other MRNs of the same person
    fields: dict[str, str] = field(default_factory=dict)
    missing_pages: tuple[int, ...] = ()  # numbers of the set that were left out


@dataclass(frozen=True, slots=True)
class BatchTruth:
    """One file as it was made. `refused`: the reason code with which it cannot be opened.

    `clean_single`: one document, cleanly scanned, of somebody whom the index holds once.
    """

    name: str
    kind: str
    person: str
    container: str
    quality: str
    page_count: int
    documents: tuple[DocumentTruth, ...] = ()
    blank: tuple[int, ...] = ()
    separator: tuple[int, ...] = ()
    duplicate: tuple[int, ...] = ()
    clean_single: bool = False
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """One document to draw: the number of its layout (-1: the cover), its facts, and whose it is."""

    layout: int
    case: Case
    role: Role | None


@dataclass(frozen=True, slots=True)
class _Job:
    """Everything one process needs to make one file."""

    number: int
    kind: Kind
    recipe: Recipe
    parts: tuple[_Part, ...]
    seed: int


@dataclass(frozen=True, slots=True)
class _Leaf:
    """One page on its way into the file; `part` is the document it belongs to."""

    what: Literal["page", "blank", "separator", "duplicate"]
    drawn: int  # number of the drawn page, from 0
    part: int = -1


class _Made(NamedTuple):
    """A file half made: its job, the drawn pages as PDF, and the order they go in."""

    job: _Job
    drawn: bytes
    leaves: Sequence[_Leaf]


def make_batches(
    folder: Path,
    people: Sequence[IndexPatient],
    *,
    kind: Kind = "demo",
    count: int | None = None,
    seed: int = 1,
    progress: Callable[[int, int], None] | None = None,
    processes: int = 0,
) -> list[BatchTruth]:
    """Makes `count` files (all recipes once by default) in `folder` and `truth.jsonl` beside it. The same seed gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs = list(_plan(sort_cast(people), kind, count or len(RECIPES[kind]), seed))
    truths = sorted(_run(folder, jobs, progress, processes or os.cpu_count() or 1), key=lambda truth: truth.name)
    write_truth(folder.parent / TRUTH, truths)
    return truths


def write_truth(path: Path, truths: Sequence[BatchTruth]) -> None:
    """One JSON line a batch."""
    path.write_text("".join(json.dumps(asdict(truth), ensure_ascii=False) + "\n" for truth in truths), encoding="utf-8")


def read_truth(path: Path) -> list[BatchTruth]:
    """The batches of a truth file."""
    return [_truth_of(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _truth_of(raw: dict[str, Any]) -> BatchTruth:
    documents = tuple(DocumentTruth(**_tupled(made)) for made in raw.pop("documents"))
    return BatchTruth(**_tupled(raw), documents=documents)


def _tupled(raw: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in raw.items()}


def _run(folder: Path, jobs: Sequence[_Job], progress: Callable[[int, int], None] | None, processes: int) -> Iterator[BatchTruth]:
    if processes == 1 or len(jobs) < 3:
        for done, job in enumerate(jobs, 1):
            yield _make_file(folder, job)
            _tell(progress, done, len(jobs))
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for done, future in enumerate(as_completed([pool.submit(_make_file, folder, job) for job in jobs]), 1):
            yield future.result()
            _tell(progress, done, len(jobs))


def _tell(progress: Callable[[int, int], None] | None, done: int, total: int) -> None:
    if progress:
        progress(done, total)


def _plan(cast: Cast, kind: Kind, count: int, seed: int) -> Iterator[_Job]:
    """Jobs in the order of the recipes, a shorter set spread evenly over them; layouts take turns, so that each is seen."""
    rng, turn = random.Random(seed), 0
    recipes = RECIPES[kind]
    for number in range(count):
        recipe = recipes[number * len(recipes) // count if count < len(recipes) else number % len(recipes)]
        parts = _parts(cast, kind, recipe, turn, rng.randrange(2**31))
        turn += sum(part.layout >= 0 for part in parts)
        yield _Job(number + 1, kind, recipe, parts, rng.randrange(2**31))


def _parts(cast: Cast, kind: Kind, recipe: Recipe, turn: int, seed: int) -> tuple[_Part, ...]:
    layouts, _, facilities = _SETS[kind]
    roles = _roles(cast, recipe, seed)
    parts: list[_Part] = []
    for i, role in enumerate(roles):
        number = _layout_number(layouts, recipe, turn + i)
        allowed = layouts[number].facilities
        place = facilities[allowed[(seed + i) % len(allowed)]] if allowed else parts[0].case.facility if parts and _bare(recipe) else None
        case = make_case(role.patient, kind=kind, seed=seed + 7 * i, facility=place, mrn=role.printed_mrn)
        parts.append(_Part(number, case, role))
    return ((_Part(-1, replace(parts[0].case, mrn=""), None),) if "cover" in recipe.extras else ()) + tuple(parts)


def _bare(recipe: Recipe) -> bool:
    return "bare_end" in recipe.extras or "bare_start" in recipe.extras


def _layout_number(layouts: Sequence[Layout], recipe: Recipe, turn: int) -> int:
    """The next layout in turn; a set with a page missing must have pages that are numbered."""
    wanted = [i for i, layout in enumerate(layouts) if layout.slug in (recipe.types or (layout.slug,))]
    return wanted[turn % len(wanted)]


def _roles(cast: Cast, recipe: Recipe, seed: int) -> list[Role]:
    if recipe.kind == "couple":
        couple = cast_couple(cast, seed)
        return [couple[i % 2] for i in range(recipe.documents)]
    people = recipe.documents if recipe.kind == "mixed" else 1
    roles = [cast_role(cast, recipe.person if i == 0 else "plain", seed + i) for i in range(people)]
    return [roles[i % people] for i in range(recipe.documents)]


def _make_file(folder: Path, job: _Job) -> BatchTruth:
    """Draws, damages and packs one file."""
    drawn, counts = _draw(job)
    leaves = _leaves(job, counts)
    content = _CONTAINERS[job.recipe.container](_Made(job, drawn, leaves))
    name = f"{'fax' if job.recipe.quality.startswith('fax') else 'scan'}{job.number:04d}{_SUFFIX.get(job.recipe.container, '.pdf')}"
    (folder / name).write_bytes(content)
    return _truth(job, name, counts, leaves)


def _draw(job: _Job, *, encrypt: StandardEncryption | None = None) -> tuple[bytes, list[int]]:
    """All documents, then one blank page, one separator and where wanted a page that names nobody, as a PDF; and the pages of each document."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1, encrypt=encrypt)
    counts = _draw_parts(canvas, job)
    if encrypt is None and job.recipe.container != "text":
        canvas.showPage()
        draw_sheet(canvas, "NEW PATIENT" if job.recipe.kind == "mixed" else "NEW DOCUMENT", PATCH)
        if _bare(job.recipe):
            draw_bare(canvas, _layout(job, job.parts[-1]), job.parts[-1].case)
    canvas.save()
    return out.getvalue(), counts


def _draw_parts(canvas: Canvas, job: _Job) -> list[int]:
    total = sum(draw_document(Canvas(io.BytesIO()), _layout(job, part), part.case) for part in job.parts)
    counts = []
    for part in job.parts:
        case = part.case if part.layout >= 0 else replace(part.case, extra={"pages": str(total)})
        counts.append(draw_document(canvas, _layout(job, part), case))
    return counts


def _layout(job: _Job, part: _Part) -> Layout:
    layouts, cover, _ = _SETS[job.kind]
    return layouts[part.layout] if part.layout >= 0 else cover


def _leaves(job: _Job, counts: Sequence[int]) -> list[_Leaf]:
    """The pages in the order of the file."""
    extras, total = job.recipe.extras, sum(counts)
    if job.recipe.container in ("text", "encrypted"):
        return [_Leaf("page", page, part) for page, part in _own(counts)]
    leaves: list[_Leaf] = []
    for part, count in enumerate(counts):
        own = [_Leaf("page", sum(counts[:part]) + i, part) for i in range(count)]
        if "missing" in extras and count > 1:
            own.pop(1)
        if part == len(counts) - 1 and _bare(job.recipe):
            own.insert(len(own) if "bare_end" in extras else 0, _Leaf("page", total + 2, part))
        if "separators" in extras:
            leaves.append(_Leaf("separator", total + 1))
        for leaf in own:
            leaves += [leaf, _Leaf("blank", total)] if "backs" in extras else [leaf]
        if "blank" in extras and part < len(counts) - 1:
            leaves.append(_Leaf("blank", total))
    if "duplicate" in extras:
        first = next(leaf for leaf in leaves if leaf.what == "page" and job.parts[leaf.part].layout >= 0)
        leaves.append(_Leaf("duplicate", first.drawn, first.part))
    return leaves[:1] if job.recipe.container in ("jpeg", "png") else leaves


def _own(counts: Sequence[int]) -> list[tuple[int, int]]:
    parts = [part for part, count in enumerate(counts) for _ in range(count)]
    return list(enumerate(parts))


def _truth(job: _Job, name: str, counts: Sequence[int], leaves: Sequence[_Leaf]) -> BatchTruth:
    recipe, known = job.recipe, [part for part in job.parts if part.layout >= 0]
    made = tuple(_document_truth(job, number, counts, leaves) for number in range(len(job.parts)))
    if recipe.refused:
        return BatchTruth(name, recipe.kind, recipe.person, recipe.container, recipe.quality, 0, refused=recipe.refused)
    blank, separator, duplicate = (tuple(i for i, leaf in enumerate(leaves, 1) if leaf.what == what) for what in ("blank", "separator", "duplicate"))
    clean = recipe.quality in damage.CLEAN and not recipe.extras and len(known) == 1 and made[0].mrn is not None and not made[0].also
    return BatchTruth(name, recipe.kind, recipe.person, recipe.container, recipe.quality, len(leaves), made, blank, separator, duplicate, clean)


def _document_truth(job: _Job, number: int, counts: Sequence[int], leaves: Sequence[_Leaf]) -> DocumentTruth:
    part, first = job.parts[number], sum(counts[:number])
    layout = _layout(job, part)
    pages = tuple(i for i, leaf in enumerate(leaves, 1) if leaf.what == "page" and leaf.part == number)
    present = {leaf.drawn for leaf in leaves if leaf.what == "page"}
    missing = tuple(i + 1 for i in range(counts[number]) if first + i not in present)
    mrn, also = (part.role.mrn, part.role.also) if part.role else (None, ())
    return DocumentTruth(pages, layout.slug, layout.name, mrn, also, _printed(layout, part.case), missing)


def _printed(layout: Layout, case: Case) -> dict[str, str]:
    """The fields this layout prints, in the export's form."""
    values = {
        "patient_name": case.truth_name,
        "patient_dob": case.patient.dob,
        "patient_mrn": case.mrn,
        "service_date": case.service.isoformat(),
        "admit_date": case.admit.isoformat(),
        "discharge_date": case.discharge.isoformat(),
        "accession": case.accession,
    }
    return {name: values[name] for name in layout.prints if values[name]}


def _scans(job: _Job, drawn: bytes, leaves: Sequence[_Leaf]) -> list[Scan]:
    """Every leaf as pixels; a duplicate is the very same image, as when a page is sent twice by computer."""
    recipe = job.recipe
    pages = damage.render_pages(drawn, damage.RENDER_DPI.get(recipe.quality, (200, 200)))
    scans: list[Scan] = []
    for i, leaf in enumerate(leaves):
        twin = next((j for j in range(i) if leaves[j].drawn == leaf.drawn), None) if leaf.what == "duplicate" else None
        scans.append(scans[twin] if twin is not None else _scan(job, pages[leaf.drawn], i, len(leaves)))
    return scans


def _scan(job: _Job, page: Image, position: int, pages: int) -> Scan:
    """One page after its trip, and as it was fed in."""
    case, recipe = job.parts[0].case, job.recipe
    fax = FaxLine(f"{case.discharge:%m/%d/%Y} {8 + case.seed % 10:02d}:{case.seed % 60:02d}", case.facility.fax, position + 1, pages)
    scan = damage.damage_page(page, recipe.quality, seed=job.seed + position, fax=fax)
    if "upside" in recipe.extras:
        return damage.turn_page(scan, 2)
    if "sideways" in recipe.extras:
        return damage.turn_page(scan, 1 + 2 * (position % 2))
    return scan


def _as_text(made: _Made) -> bytes:
    return made.drawn


def _as_pdf(made: _Made) -> bytes:
    return damage.pdf_bytes(_scans(*made))


def _as_tiff(made: _Made) -> bytes:
    old_machine = made.job.recipe.quality == "faxstd" and made.job.seed % 2
    return damage.tiff_bytes(_scans(*made), compression="group3" if old_machine else "")


def _as_jpeg(made: _Made) -> bytes:
    orientation = (6, 3, 8)[made.job.number % 3] if made.job.recipe.quality == "photo" else 1
    return damage.jpeg_bytes(_scans(*made)[0], orientation=orientation)


def _as_png(made: _Made) -> bytes:
    return damage.png_bytes(_scans(*made)[0])


def _as_mixed(made: _Made) -> bytes:
    """The first document as text, everything after it as images of paper."""
    out, scans, first = io.BytesIO(), _scans(*made), made.job.parts[0]
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), invariant=1)
    own = draw_document(canvas, _layout(made.job, first), first.case)
    for scan in scans[own:]:
        canvas.drawImage(ImageReader(io.BytesIO(damage.jpeg_bytes(scan))), 0, 0, WIDTH, HEIGHT)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _as_encrypted(made: _Made) -> bytes:
    return _draw(made.job, encrypt=StandardEncryption("records", ownerPassword="release", strength=128))[0]


def _as_truncated(made: _Made) -> bytes:
    """A transfer that broke off: the first part of a scan, without its cross-reference."""
    whole = _as_pdf(made)
    return whole[: len(whole) * 2 // 5]


def _as_nothing(_made: _Made) -> bytes:
    return b""


def _as_fake(_made: _Made) -> bytes:
    return b"Scan job failed at the device. Please collect the originals and scan again.\n" * 3


_CONTAINERS: dict[str, Callable[[_Made], bytes]] = {
    "text": _as_text,
    "pdf": _as_pdf,
    "tiff": _as_tiff,
    "jpeg": _as_jpeg,
    "png": _as_png,
    "mixed": _as_mixed,
    "encrypted": _as_encrypted,
    "truncated": _as_truncated,
    "empty": _as_nothing,
    "fake": _as_fake,
}
