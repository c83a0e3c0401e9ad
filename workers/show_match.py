"""Why this patient, as the command line shows it: the line, each candidate's evidence as a waterfall in bits, and where a source stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from schemas.record import DocumentRecord
from schemas.source import visible

BAR = 10
MOST = 5  # candidates shown
OTHERS = 3  # other explanations named
BY_LINE = ("patient.", "policy.shadow", "policy.stopped")


def match_of(record: DocumentRecord) -> Iterator[RenderableType]:
    """How certain the match was for the line in force, then the candidates, best first, each with how far it is behind."""
    yield from _certainty(record)
    candidates = record.evidence.get("candidates", ())[:MOST]
    for place, candidate in enumerate(candidates, start=1):
        behind = candidates[0]["bits"] - candidate["bits"]
        yield (
            f"[bold]{place}[/]  {_plain(candidate['mrn'])}  {_plain(candidate['display_name'])}  born {candidate['dob'] or '?'}  "
            f"{candidate['bits']:.1f} bits{f', {behind:.1f} behind the first' if behind > 0 else ''}"
        )
        yield from _waterfall(candidate["evidence"])


def _certainty(record: DocumentRecord) -> Iterator[str]:
    doubt, line = record.evidence.get("match", {}).get("raw_doubt"), record.evidence.get("line")
    if doubt is not None and line and record.evidence.get("candidates"):
        certain = record.evidence.get("outcome") == "Matched" and not any(code.startswith(BY_LINE) for code in record.reasons)
        proved = f", up to a raw doubt of {line['doubt']:.1e}" if line["doubt"] is not None else ""
        yield f"{'Certain' if certain else 'Not certain'} enough for the {line['kind']} line, {one_in(line['bound'])} wrong at most{proved}"
        if doubt < 1:
            yield f"[dim]raw doubt {doubt:.1e}: it orders documents, and is no probability[/]"
    told = record.evidence.get("match", {}).get("why")
    if told and told["hypotheses"]:
        others = [other["name"] for other in told["hypotheses"][1:]]  # in words: their shares are no calibrated probabilities
        more = f" and {len(others) - OTHERS} more" if len(others) > OTHERS else ""
        named = ", ".join(others[:OTHERS]) + more if others else "nothing else"
        yield f"before anything was read {told['prior_bits']:+.1f} bits; next to be thought of: {named}"
    for one in told.get("expected", ()) if told else ():
        yield f"expected before anything was read: {_plain(one['mrn'])}, {one['times']:g} times likelier than others"


def _waterfall(evidence: Sequence[Mapping[str, Any]]) -> Iterator[RenderableType]:
    """A row a field that says anything, with the sum so far; the others in one line."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for head in ("field", "document", "index", "", "bits", "sum", "against │ for"):
        table.add_column(head, justify="right" if head in {"bits", "sum"} else "left", overflow="fold")
    total, silent = 0.0, []
    for row in evidence:
        if row["bits"] == 0 and not (row["document_value"] and row["index_value"]):
            silent.append(row["field"])
            continue
        total += row["bits"]
        said = (row["field"], _plain(row["document_value"]), _plain(row["index_value"]), _plain("; ".join((row["level"], *row.get("witnesses", ())))))
        table.add_row(*said, f"{row['bits']:+.1f}", f"{total:.1f}", _bar(row["bits"]))
    yield table
    if silent:
        yield f"[dim]not on both: {', '.join(silent)}[/]"


def _bar(bits: float) -> str:
    """Bits as a bar: to the right what speaks for the candidate, to the left what speaks against; two bits a block."""
    length = min(BAR, round(abs(bits) / 2))
    against = "█" * length if bits < 0 else ""
    return f"[red]{against:>{BAR}}[/]│[green]{'█' * length if bits > 0 else ''}[/]"


def standing(told: Mapping[str, Any]) -> str:
    """Where one source stands, a sentence a line."""
    proved = f"proved: {one_in(told['proved rung'])}" if told["proved rung"] else "no bound is proved by them"
    upper = f", with 95 % certainty {told['errors at most']:.3%} at most" if told["errors at most"] < 1 else ""
    next_look = f"; tested next at {told['next tested at']:,}" if told["next tested at"] else ""
    lines = [
        f"{told['line']}: {told['means']}",
        f"promised: {one_in(told['bound'])} wrong at most",
        f"decisions that count: {told['decisions']:,}, {told['errors']:,} of them wrong{upper}; {proved}{next_look}",
        f"random checks under this line: {told['checks']:,}, {told['errors in checks']:,} of them wrong",
    ]
    if told["unknown people"] is not None:
        lines.append(f"about people who were not in the index: {told['unknown people']:.1%} of {told['verdicts']:,} decisions of every kind")
    return "\n".join(lines)


def one_in(share: float) -> str:
    """1 in 10,000 for 0.0001."""
    return f"1 in {round(1 / share):,}" if share else "none"


def _plain(text: str) -> str:
    """Text from outside: it neither commands the terminal nor counts as markup."""
    return escape(visible(text))
