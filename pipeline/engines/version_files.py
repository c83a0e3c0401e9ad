"""What one version of what was learnt is made of: weights of the text model, where senders print what, examples that were given by hand.

Packed as one tar whose bytes depend on nothing but its content. No pickles; what is unpacked is checked name by name.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import NamedTuple

from pipeline.engines.language import SpacyLanguage, save
from pipeline.engines.spacy_types import COMPONENT, DoctypeComponent, LinearTypes
from pipeline.ports import TypeModel
from pipeline.sender_memory import Form, Spot
from schemas.document import FieldName
from schemas.faults import EngineFault
from schemas.page import Box

MOST_BYTES = 1 << 28
MOST_FILES = 200
TYPES = "types"  # folder of the text model
MODESTY = 0.75  # below every line that text alone must reach


@dataclass(frozen=True, slots=True)
class Modest:
    """The `TypeModel` port over weights that know some types from few documents: of these it is never as sure as text alone must be."""

    types: TypeModel
    young: frozenset[str]

    def scores(self, text: str) -> dict[str, float]:
        """Calibrated share per slug; what a young type gives up goes to the others."""
        shares = self.types.scores(text)
        top = max(self.young & shares.keys(), key=lambda slug: shares[slug], default=None)
        if top is None or shares[top] <= MODESTY:
            return shares
        rest = 1 - shares[top]
        return {slug: MODESTY if slug == top else share * (1 - MODESTY) / rest for slug, share in shares.items()}

    def evidence(self, text: str, slug: str, against: str | None = None) -> tuple[str, ...]:
        """The words that weighed most for `slug`."""
        return self.types.evidence(text, slug, against)

    def known(self, text: str) -> float:
        """The share of the text's words that it has met before."""
        return self.types.known(text)


class Taught(NamedTuple):
    """One version as it works: its text model, the forms it knows, and the examples (slug, text) given by hand that it goes on with."""

    types: TypeModel
    forms: tuple[Form, ...]
    examples: tuple[tuple[str, str], ...]


def base_of(folder: Path) -> LinearTypes:
    """The weights of a saved model. EngineFault when they cannot be read."""
    try:
        linear = DoctypeComponent().from_disk(folder / COMPONENT).linear
    except (OSError, ValueError, KeyError) as broken:
        raise EngineFault("The document-type model cannot be read.", permanent=True) from broken
    if linear is None:
        raise EngineFault("The document-type model holds no weights.", permanent=True)
    return linear


def digest_of(folder: Path) -> str:
    """Digest of a saved model: equal for equal weights and features."""
    digest = hashlib.sha256()
    for path in sorted((folder / COMPONENT).iterdir()):
        digest.update(f"{path.name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def pack(linear: LinearTypes, forms: Sequence[Form], examples: Sequence[tuple[str, str]], young: Collection[str] = ()) -> bytes:
    """A version as one tar. `young`: types known from few documents."""
    with TemporaryDirectory() as made:
        folder = Path(made)
        save(linear, folder)
        files = {f"{TYPES}/{path.relative_to(folder).as_posix()}": path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    plain = [[form.sender, form.layout, {str(name): box for name, box in form.places.items()}] for form in forms]
    told = {"senders.json": plain, "examples.json": list(examples), "young.json": sorted(young)}
    return _tar(files | {name: json.dumps(value, sort_keys=True, separators=(",", ":")).encode() for name, value in told.items()})


def unpack(data: bytes) -> Taught:
    """The version that was packed. EngineFault for anything else."""
    try:
        files = _untar(data)
        with TemporaryDirectory() as place:
            for name, content in files.items():
                if name.startswith(f"{TYPES}/"):  # the rest quotes documents, and never touches a disk unsealed
                    path = Path(place, name)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(content)
            types = SpacyLanguage(Path(place, TYPES))
            types.scores("")  # reads the weights, as long as they lie there
        forms, young, examples = (json.loads(files[f"{name}.json"]) for name in ("senders", "young", "examples"))
        known = Modest(types, frozenset(young)) if young else types
        return Taught(known, tuple(_form(*form) for form in forms), tuple((slug, text) for slug, text in examples))
    except (EngineFault, tarfile.TarError, OSError, ValueError, KeyError, TypeError) as broken:
        raise EngineFault("A learnt version cannot be read.", permanent=True) from broken


def _form(sender: str, layout: Sequence[Sequence[str | float]], places: dict[str, Sequence[float]]) -> Form:
    spots = tuple(Spot(str(what), float(x), float(y)) for what, x, y in layout)
    return Form(sender, spots, {FieldName(name): Box(*box) for name, box in places.items()})


def _tar(files: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return packed.getvalue()


def _untar(data: bytes) -> dict[str, bytes]:
    found = {}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
        entries = tar.getmembers()
        if len(entries) > MOST_FILES or sum(entry.size for entry in entries) > MOST_BYTES:
            raise ValueError("too large")
        for entry in entries:
            name = PurePosixPath(entry.name)
            content = tar.extractfile(entry) if entry.isreg() and not name.is_absolute() and ".." not in name.parts else None
            if content is None:
                raise ValueError("not a plain file")
            found[name.as_posix()] = content.read()
    return found
