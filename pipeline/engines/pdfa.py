"""The child's side of archiving: a filed document rewritten as PDF/A-2b (ISO 19005-2), and judged by an independent validator.

Knows pikepdf and page-validation; called only by `child`, with plain values in and out. What the pages show is never changed: a document whose
pages cannot conform (a font that is not embedded, colour for a printing press) is told with the clauses it breaks.
"""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from pipeline.engines import embedded, raster
from pipeline.engines.nursery import NOT_WRITTEN, MachineError, Message, Say

HIDDEN, PRINTED, SHOWN_MASK = 2, 4, ~(1 | 32 | 256)  # annotation flags; the mask takes off invisible, not viewed, toggled
MOST_FINDINGS = 20
ENDS = (b"\n", b"\r")
PADDED = (Name.FlateDecode, Name.DCTDecode, Name.CCITTFaxDecode)  # end by themselves: readers pass over what follows
PROFILE_DATE = slice(24, 36)  # of an ICC header: when the library made it


def archive(request: Message, say: Say) -> Message:
    """Write the rendition; its findings are the clauses it breaks, none if it conforms."""
    target = Path(request["into"]) / request["name"]
    with embedded.open_pdf(request["original"]) as pdf:
        conform(pdf)
        say({"at": "written"})
        _save(pdf, target)
    say({"at": "judged"})
    return {"findings": findings(target)}


def _save(pdf: pikepdf.Pdf, target: Path) -> None:
    """Without streams of the library's own making, whose last byte could be taken for an end of line."""
    try:
        pdf.save(target, deterministic_id=True, force_version="1.7", compress_streams=False, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    except OSError as failure:
        if failure.errno not in raster.NOT_OUR_DISK:
            raise MachineError(NOT_WRITTEN) from failure
        raise


def findings(path: Path) -> list[str]:
    """The clauses of ISO 19005-2 level B that a file breaks, as the validator numbers them."""
    import page

    try:
        report = page.validate_pdf(path, profile=page.ValidationProfile.PDF_A_2B)
    except page.PageError as error:
        return [f"not judged: {type(error).__name__}"]
    broken = {failure.rule_id for failure in report.failures}
    return sorted(broken)[:MOST_FINDINGS] if broken or report.is_compliant else ["not judged"]


def conform(pdf: pikepdf.Pdf) -> None:
    """Everything that can be made to conform without a page looking any different."""
    for key in ("/AA", "/OpenAction", "/Names", "/AcroForm", "/Perms", "/Requirements", "/NeedsRendering"):
        if key in pdf.Root:
            del pdf.Root[key]
    for thing in pdf.objects:
        if isinstance(thing, Dictionary | pikepdf.Stream):
            _conform_object(thing)
    for sheet in pdf.pages:
        _conform_notes(sheet.obj)
    _conform_layers(pdf.Root)
    _declare(pdf)


def _conform_object(thing: Any) -> None:
    """No action, alternative or foreign metadata; no smoothing of pictures; no compression that needs a licence once."""
    for key in ("/Metadata", "/AA", "/Alternates", "/OPI"):
        if key in thing:
            del thing[key]
    if not isinstance(thing, pikepdf.Stream):
        return
    if thing.get("/Interpolate"):
        thing["/Interpolate"] = False
    if "/LZWDecode" in str(thing.get("/Filter", "")):
        thing.write(thing.read_bytes())
    _pack(thing)


def _pack(stream: Any) -> None:
    """Compress what is not. No stream may end with an end of line: qpdf takes it for the one that must follow, and the length is wrong by one."""
    name, raw = stream.get("/Filter"), stream.read_raw_bytes()
    if name is None:
        packed = zlib.compress(raw)
        stream.write(packed + b"\0" * (packed[-1:] in ENDS), filter=Name.FlateDecode)
    elif raw[-1:] in ENDS and name in PADDED:
        stream.write(raw + b"\0", filter=name, decode_parms=stream.get("/DecodeParms"))


def _conform_notes(sheet: Any) -> None:
    """Notes that are shown are printed as well; those never shown are left out."""
    if "/Annots" not in sheet:
        return
    shown = [note for note in sheet["/Annots"] if not int(note.get("/F", 0)) & HIDDEN]
    for note in shown:
        note["/F"] = int(note.get("/F", 0)) & SHOWN_MASK | PRINTED
    sheet["/Annots"] = Array(shown)


def _conform_layers(root: Any) -> None:
    """Optional layers are shown as they are by default, under a name, by no rule of their own."""
    layers = root.get("/OCProperties")
    if not isinstance(layers, Dictionary):
        return
    for number, view in enumerate([layers.get("/D"), *layers.get("/Configs", Array())]):
        if isinstance(view, Dictionary):
            view["/Name"] = view.get("/Name", pikepdf.String(f"View {number}"))
            if "/AS" in view:
                del view["/AS"]


def _declare(pdf: pikepdf.Pdf) -> None:
    """Say that it is PDF/A-2b, and what its colours mean."""
    profile = pdf.make_stream(srgb())
    profile["/N"] = 3
    intent = Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=pikepdf.String("sRGB"),
        Info=pikepdf.String("sRGB IEC61966-2.1"),
        DestOutputProfile=profile,
    )
    pdf.Root["/OutputIntents"] = Array([pdf.make_indirect(intent)])
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    with pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as metadata:
        metadata["pdfaid:part"], metadata["pdfaid:conformance"] = "2", "B"


@cache
def srgb() -> bytes:
    """The sRGB colour space as an ICC profile, the same at any time."""
    from PIL import ImageCms

    made = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    made[PROFILE_DATE] = bytes.fromhex("07ea00010001000000000000")
    return bytes(made)
