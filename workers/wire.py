"""Chooses the adapters that the configuration names and plugs them together by plain calls. Does no work itself."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import yaml

from schemas.catalogue import Catalogue, build_catalogue
from schemas.config import Config
from schemas.faults import ConfigFault, Fault
from schemas.page import PageReading
from schemas.source import Opened, Refused
from workers.settings import read_secret

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipeline.engines.archivist import Archival
    from pipeline.ports import Composer, FirstEngine
    from pipeline.sheets import ReadSheet
    from schemas.filing import BatchPlan
    from schemas.line import Line
    from schemas.rules import ReadRules
    from store.forms import Form
    from store.objects import ObjectStore
    from workers.crew import Crew
    from workers.learnt import Learnt
    from workers.sighting import Sighting

SHIPPED_TYPES = Path(__file__).parents[1] / "schemas" / "doctypes.yaml"
SHIPPED_MODEL = Path(__file__).parents[1] / "models" / "doctype"
SHIPPED_ASKING = Path(__file__).parents[1] / "models" / "sensitivity"


class Stores(NamedTuple):
    """The two places where things are kept: the index database and the object store."""

    index: Any  # SQLAlchemy engine; only the store looks inside
    objects: ObjectStore


@dataclass(frozen=True)
class Maker:
    """What makes renditions when nothing waits."""

    inspect: Callable[[Path], Opened | Refused]
    page_images: Callable[[Path, Opened, Sequence[int], Path], dict[int, dict[str, Path]]]
    archive: Callable[[Path, Path], Archival]


@dataclass(frozen=True)
class Reader:
    """The pipeline as the workers call it: opening, reading, planning, composing, and the key under which readings are kept."""

    inspect: Callable[[Path], Opened | Refused]
    read_pages: Callable[[Path, Opened, Sequence[int], Path], tuple[PageReading, ...]]
    plan: Callable[[Sequence[PageReading], Line], BatchPlan]
    composer: Composer
    is_complete: Callable[[Path], bool | None]
    catalogue: Catalogue
    reading_key: str
    plan_parts: Callable[[Sequence[Sequence[PageReading]], Line], BatchPlan]  # documents that a person cut
    opening_seconds: Callable[[], float] = lambda: 0.0  # processor time that opening has taken in this process
    get_ready: Callable[[], None] = lambda: None  # loads what the first page would wait for


def connect(config: Config, data_dir: Path) -> Stores:
    """The stores, opened; their folders and tables are made where missing."""
    from store.database import open_index

    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Stores(open_index(index_url(config, data_dir)), open_objects(config, data_dir))


def index_url(config: Config, data_dir: Path) -> str:
    """Where the index is, with its password."""
    return _with_password(config.index.url, config.index.password_file) or f"sqlite:///{(data_dir / 'index.db').absolute()}"


def open_objects(config: Config, data_dir: Path, form: Form | None = None) -> ObjectStore:
    """The object store that `objects.kind` names; new objects are kept in `form`, by default sealed where there is a key file."""
    rules, form = config.objects, form or object_form(config)
    if rules.kind == "filesystem":
        from store.objects_fs import FilesystemObjects

        return FilesystemObjects(data_dir / rules.path, form)
    if not (rules.endpoint and rules.access_key_file and rules.secret_key_file):
        raise ConfigFault("The S3 store needs an address and keys.", next_step="Set objects.endpoint, access_key_file and secret_key_file.")
    from store.objects_s3 import S3Objects

    access, secret = read_secret(rules.access_key_file), read_secret(rules.secret_key_file)
    return S3Objects(rules.endpoint, rules.bucket, access, secret, secure=rules.secure, form=form)


def object_form(config: Config) -> Form:
    """Whether objects are kept plain or sealed. ConfigFault when the key file is named and cannot be read."""
    from store.forms import Plain, Sealed
    from store.keys import FileKeys

    return Sealed(FileKeys(Path(config.objects.key_file))) if config.objects.key_file else Plain()


def engine_url(config: Config, data_dir: Path) -> str:
    """Where durable work is journalled. ConfigFault when the address is of neither kind of database."""
    if config.engine.url and not config.engine.url.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ConfigFault("The journal of durable work must be SQLite or Postgres.", next_step="Correct engine.url.")
    url = _with_password(config.engine.url, config.engine.password_file)
    return url or f"sqlite:///{(data_dir / 'engine.db').absolute()}"


def crew_of(config: Config, data_dir: Path, stores: Stores) -> Crew:
    """The workers of this installation: of this machine alone on embedded stores, of several on a shared index."""
    from workers.crew import LocalCrew, SharedCrew

    run = data_dir / "run"
    return SharedCrew(run, stores.index, config.engine.lease_seconds) if is_shared(config) else LocalCrew(run, stores.index)


def sightings(config: Config, data_dir: Path, stores: Stores) -> list[Sighting]:
    """What the watchers of this installation last told: of this machine alone on embedded stores, of all on a shared index."""
    from workers.sighting import last_anywhere, last_here

    if is_shared(config):
        return last_anywhere(stores.index)
    here = last_here(data_dir / "run")
    return [here] if here else []


def is_shared(config: Config) -> bool:
    """Whether several machines may work on this installation. ConfigFault when index and journal do not both say so."""
    on_servers = [bool(url) and not url.startswith("sqlite") for url in (config.index.url, config.engine.url)]
    if len(set(on_servers)) > 1:
        raise ConfigFault(
            "The index and the journal of durable work must be on a server both, or neither.", next_step="Set index.url and engine.url, or neither."
        )
    return on_servers[0]


def _with_password(url: str, password_file: str) -> str:
    """A server's address with the password that stands in a file of its own."""
    if not password_file:
        return url
    kind, found, rest = url.partition("://")
    user, at, place = rest.partition("@")
    if not (found and at and user) or ":" in user:
        raise ConfigFault("A password file needs an address with a user and no password.", next_step="Write postgresql+psycopg://USER@HOST/DATABASE.")
    return f"{kind}://{user}:{quote(read_secret(password_file), safe='')}@{place}"


def slot_count(config: Config) -> int:
    """How many files are worked on at once."""
    return config.engine.slots or len(os.sched_getaffinity(0))


@cache
def load_catalogue() -> Catalogue:
    """The document types that ship. ConfigFault for an entry that cannot be."""
    try:
        entries = yaml.safe_load(SHIPPED_TYPES.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigFault(f"The document types cannot be read ({type(error).__name__}).", next_step="Correct schemas/doctypes.yaml.") from None
    return build_catalogue(entries)


def content_check() -> Callable[[Path], bool | None]:
    """A check whether a file's content runs to its end; None for kinds that are not known."""
    from pipeline.sniff import HEAD_BYTES, is_complete, sniff

    def check(path: Path) -> bool | None:
        with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:  # noqa: PTH123
            kind = sniff(file.read(HEAD_BYTES))
            return None if kind is None else is_complete(file, kind)

    return check


def equip(config: Config, stores: Stores, sheets: ReadSheet | None = None, learnt: Callable[[], Learnt] | None = None) -> Reader:
    """The pipeline with its engines, built from the configuration. `sheets`: reads the codes of this installation's separator sheets.

    `learnt` gives the version that decides: it is asked once a plan, so that no file is decided by two. By default the one that is live.
    """
    from pipeline import flow, versions
    from pipeline.engines.barcodes import Zxing
    from pipeline.engines.composer import SearchablePdf
    from pipeline.engines.language import SpacyLanguage
    from pipeline.engines.linear_labels import KeptAsking
    from pipeline.engines.opener import VERSION as OPENER
    from pipeline.engines.opener import ChildOpener
    from pipeline.engines.rapid import RapidOcr, is_installed
    from pipeline.ports import Tools
    from pipeline.sheets import nobody
    from store.patients import PatientIndex
    from workers.learnt import Shelf

    opener = ChildOpener(config.render)
    second = RapidOcr() if config.read.second_engine and is_installed() else None
    ocr, types, patients = open_recogniser(config.read), SpacyLanguage(SHIPPED_MODEL), PatientIndex(stores.index)
    tools = Tools(opener, ocr, Zxing(), types, patients, load_catalogue(), second, sheets or nobody, figures=ocr, asking=KeptAsking(SHIPPED_ASKING))
    thresholds = _digest([asdict(rules) for rules in (config.split, config.classify, config.extract, config.match, config.verify)])[:12]
    learnt = learnt or Shelf(stores, SHIPPED_MODEL).now

    def at_work() -> Tools:
        now = learnt()
        return replace(tools, types=now.types, memory=now.memory, shadow=now.shadow, learnt=(("model", now.name), ("thresholds", thresholds)))

    def get_ready() -> None:
        with suppress(Fault, OSError):  # the first page that needs what is missing tells
            opener.get_ready()
            ocr.get_ready(config.read.languages.split("+")[0])
            learnt().types.scores("")
            if second:
                second.get_ready()

    return Reader(
        inspect=opener.inspect,
        read_pages=lambda original, opened, pages, scratch: flow.read_pages(original, opened, pages, scratch, tools, config),
        plan=lambda readings, line: flow.plan_batch(readings, at_work(), config, line),
        composer=SearchablePdf(config.render),
        is_complete=content_check(),
        catalogue=tools.catalogue,
        plan_parts=lambda parts, line: flow.plan_parts(parts, at_work(), config, line),
        reading_key=_digest(
            [OPENER, versions.READING, asdict(config.read), asdict(config.render), type(ocr).__name__, second.name if second else None]
        ),
        opening_seconds=lambda: opener.cpu_seconds,
        get_ready=get_ready,
    )


def open_recogniser(rules: ReadRules) -> FirstEngine:
    """Tesseract as a library, or as the program where that is asked for or the library is not there."""
    from pipeline.engines.recogniser import Recogniser, is_installed
    from pipeline.engines.tesseract import Tesseract

    return Recogniser() if rules.recogniser == "tesserocr" and is_installed() else Tesseract()


def equip_idle(config: Config) -> Maker:
    """The engines that make renditions."""
    from pipeline.engines.archivist import Archivist
    from pipeline.engines.opener import ChildOpener
    from pipeline.engines.page_images import PageImages

    opener = ChildOpener(config.render)
    return Maker(opener.inspect, PageImages(opener, config.render).make, Archivist(config.render).archive)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
