"""The closed list of reason codes: what each means to a person, and what to do next."""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    """A sentence for the person who asks why, and one that says what to do."""

    sentence: str
    next_step: str


REASONS: dict[str, Reason] = {
    "patient.none": Reason(
        "Nobody in the patient index fits.",
        "Find the MRN in your own records, or register the patient first; set aside what is about nobody of yours.",
    ),
    "patient.weak": Reason("Too little on the page to be certain of the patient.", "Compare it with the candidates and decide."),
    "patient.ambiguous": Reason("Two or more patients fit about equally well.", "Choose the right one, or ask for a merge if they are one person."),
    "patient.conflict": Reason(
        "The best candidate agrees on some identifiers and contradicts another.", "Check the contradicting field on the page."
    ),
    "patient.two_on_document": Reason("The pages name two different patients.", "Split them by patient."),
    "patient.recheck": Reason("The patient index changed, and this filing may no longer be right.", "Confirm the patient, or choose the right one."),
    "patient.unfiled": Reason("It was taken out of a chart.", "Decide anew whose it is."),
    "patient.duplicate": Reason(
        "Two entries of the patient index are probably one person.",
        "Say whether they are one person or two, and choose the right one.",
    ),
    "type.unsure": Reason("The document type is not certain.", "Choose the type."),
    "type.unknown": Reason("None of the known document types fits.", "Choose the type."),
    "field.missing": Reason("A required field was not found on the page.", "Type it from the page, or confirm that it is not there."),
    "field.invalid": Reason("A field was read but cannot be right.", "Correct it from the page."),
    "pages.missing": Reason("The page numbers printed show a gap.", "Ask the sender for the missing pages, or confirm that the set is whole."),
    "signature.absent": Reason("It must be signed, and is not.", "Ask the sender for a signed copy, or confirm that it is signed."),
    "signature.unsure": Reason("It must be signed, and it is not certain that it is.", "Look at the place for the signature."),
    "split.unsure": Reason("It is not certain where one document ends and the next begins.", "Confirm or move the cut marks."),
    "split.foreign_sheet": Reason(
        "A separator sheet that was not printed by this installation, or that is damaged.",
        "Confirm where the documents end, or cut them anew.",
    ),
    "image.unreadable": Reason("The page cannot be read.", "Rescan it darker, straight and whole; or read it by eye."),
    "image.faint": Reason("The print is too faint.", "Scan it again darker, or with more contrast."),
    "image.dark": Reason("Shadows or streaks cover the print.", "Clean the glass, press the sheet flat, and scan it again."),
    "image.crooked": Reason("The sheet lay crooked.", "Scan it again straight."),
    "image.cut": Reason("Print runs over the edge of the scan.", "Scan it again with the whole sheet on the glass."),
    "image.coarse": Reason("The scan has too few dots an inch.", "Scan it at 200 dpi or more, or ask the sender for a fine fax."),
    "image.rescanned": Reason("A new scan of these pages has come.", "Nothing to do; the new scan counts."),
    "image.blank": Reason("The page is blank.", "Nothing to do."),
    "file.encrypted": Reason("The file is locked with a password.", "Ask the sender for an unlocked copy."),
    "file.corrupt": Reason("The file is damaged or incomplete.", "Scan or send it again."),
    "file.unsupported": Reason("This kind of file, or of a file attached inside it, is not taken in.", "Send it as PDF, TIFF, JPEG or PNG."),
    "file.too_large": Reason("The file is larger than the limit.", "Send it in parts, or ask IT to raise the limit."),
    "file.empty": Reason("The file has no content.", "Scan or send it again."),
    "file.failed": Reason("Reading this file failed three times.", "Look at the original; tell IT if it opens elsewhere."),
    "file.refused": Reason("This is a link or a device, not a file.", "Drop the file itself."),
    "duplicate.exact": Reason("The same file was already taken in.", "Nothing to do; the first copy counts."),
    "duplicate.near": Reason("This looks like a document already filed.", "Compare, and file only if it differs."),
    "duplicate.page": Reason("This page repeats another page of the same file.", "Nothing to do; the first copy counts."),
    "separator": Reason("A separator sheet.", "Nothing to do."),
    "cover": Reason("A fax cover sheet.", "Nothing to do."),
    "sensitivity": Reason("The content is specially protected.", "Check who may see it before it goes on."),
    "policy.sampled": Reason("Chosen at random to be checked.", "Decide as if nobody had."),
    "policy.second": Reason("Two people must decide this alike, and one has.", "Decide as if nobody had."),
    "policy.ignored": Reason("A temporary or system file that the ignore list names.", "Nothing to do."),
    "policy.shadow": Reason("Automatic filing is switched off.", "Compare it with the candidates and decide."),
    "policy.stopped": Reason("Random checks found too many wrong filings from this source.", "Decide as if nothing were proposed."),
}


def explain(code: str) -> Reason:
    """The sentence and next step of a reason code; `field.missing.<name>` names the field. KeyError for a code not on the list."""
    if code in REASONS:
        return REASONS[code]
    family, _, rest = code.rpartition(".")
    base = REASONS[family]
    return Reason(f"{base.sentence[:-1]}: {rest.replace('_', ' ')}.", base.next_step)


def is_known(code: str) -> bool:
    """Whether a code is on the list, or is a named case of one that takes names."""
    family, _, _ = code.rpartition(".")
    return code in REASONS or family in {"field.missing", "field.invalid", "sensitivity"}
