"""Finds documents by their words and fields. The only place where SQLite (FTS5) and Postgres (tsvector) speak differently.

What a person types becomes a Query; a Query becomes bound values. Nothing typed ever stands in a statement.
Words must all occur; "a phrase" keeps its order; pre* matches beginnings; field:value narrows: mrn, type, status, facility, patient.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, CompoundSelect, Connection, and_, column, desc, func, insert, literal, or_, select, table, text, union_all

from store.tables import delivery, document, document_text, patient

FIELDS = ("mrn", "type", "status", "facility", "patient")
NEWEST = 5000  # of very common words, only the newest matches are ranked
MARKS = ("«", "»")
_TOKEN = re.compile(r'(?:(?P<field>[A-Za-z_]+):)?(?:"(?P<phrase>[^"]*)"?|(?P<word>[^\s"]+))')
_WORDS = table("document_words", column("rowid"), column("document_words"))


class Term(NamedTuple):
    """Words that stand in this order; of the last one only the beginning, when `prefix`."""

    words: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked: terms that all must occur, and (field, value) pairs that all must hold."""

    terms: tuple[Term, ...] = ()
    filters: tuple[tuple[str, str], ...] = ()


class Hit(NamedTuple):
    """A document found: a piece of its text with the words marked, and how well it fits (higher is better)."""

    document_id: str
    snippet: str
    score: float


def search(conn: Connection, query: str, *, limit: int = 20) -> list[Hit]:
    """The best documents for what a person typed; the newest first when only fields were given."""
    asked = parse(query)
    if asked.terms:
        find = _find_sqlite if conn.dialect.name == "sqlite" else _find_postgres
        return find(conn, asked, limit)
    return _newest(conn, asked, limit) if asked.filters else []


def parse(query: str) -> Query:
    """Read the small syntax. Every text is a query: what is no syntax is a word."""
    terms, filters = [], []
    for match in _TOKEN.finditer(query):
        name, value = (match["field"] or "").lower(), (match["word"] if match["phrase"] is None else match["phrase"])
        if name in FIELDS:
            filters.append((name, value.strip()))
        else:
            terms.append(_term(f"{match['field'] or ''} {value}", prefix=bool(match["word"]) and value.endswith("*")))
    return Query(tuple(term for term in terms if term.words), tuple(pair for pair in filters if pair[1]))


def clean(body: str) -> str:
    """Text that both databases can hold and index alike: composed letters, no half characters, no controls but line ends."""
    whole = unicodedata.normalize("NFKC", body.encode("utf-8", "replace").decode())
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f]", " ", whole)


def add_texts(conn: Connection, delivery_id: str, texts: Mapping[str, str]) -> None:
    """Keep the words of a delivery's documents; the full-text index follows by itself."""
    rows = conn.execute(select(document.c.rowno, document.c.id).where(document.c.delivery_id == delivery_id)).all()
    bodies = [{"rowno": row.rowno, "body": clean(texts[row.id])} for row in rows if row.id in texts]
    if bodies:
        conn.execute(insert(document_text), bodies)


def text_of(conn: Connection, document_id: str) -> str:
    """The words of a document."""
    query = select(document_text.c.body).join(document, document.c.rowno == document_text.c.rowno).where(document.c.id == document_id)
    return conn.execute(query).scalar() or ""


def match_expression(terms: tuple[Term, ...]) -> str:
    """FTS5: each word in quotes of its own, so that no word is an operator."""
    return " AND ".join("(" + " + ".join(f'"{word}"' for word in term.words) + ("*" if term.prefix else "") + ")" for term in terms)


def tsquery_expression(terms: tuple[Term, ...]) -> str:
    """The same for to_tsquery: each word in quotes of its own."""
    return " & ".join("(" + " <-> ".join(f"'{word}'" for word in term.words) + (":*" if term.prefix else "") + ")" for term in terms)


def _term(value: str, *, prefix: bool) -> Term:
    """Letters and digits alone; anything else parts words, as it does in the index."""
    return Term(tuple(re.findall(r"[^\W_]+", clean(value))), prefix)


def _find_sqlite(conn: Connection, asked: Query, limit: int) -> list[Hit]:
    expression = match_expression(asked.terms)
    found = (
        select(_WORDS.c.rowid, text("bm25(document_words) AS rank"))
        .select_from(_WORDS.join(document, document.c.rowno == _WORDS.c.rowid))
        .where(_WORDS.c.document_words.op("MATCH")(expression), *_conditions(asked))
        .order_by(_WORDS.c.rowid.desc())
        .limit(NEWEST)
    ).subquery()
    best = select(document.c.id, document.c.rowno, column("rank")).join(found, found.c.rowid == document.c.rowno).order_by("rank").limit(limit)
    rows = conn.execute(best).all()
    snippets = _snippets_sqlite(conn, expression, [row.rowno for row in rows])
    return [Hit(row.id, snippets.get(row.rowno, ""), -row.rank) for row in rows]


def _snippets_sqlite(conn: Connection, expression: str, rows: list[int]) -> dict[int, str]:
    piece = func.snippet(text("document_words"), 0, *MARKS, "…", 16)
    query = select(_WORDS.c.rowid, piece).where(_WORDS.c.document_words.op("MATCH")(expression), _WORDS.c.rowid.in_(rows))
    return {row[0]: row[1] for row in conn.execute(query)}


def _find_postgres(conn: Connection, asked: Query, limit: int) -> list[Hit]:
    asked_for: ColumnElement[Any] = func.to_tsquery("simple", tsquery_expression(asked.terms))
    words: ColumnElement[Any] = column("words")
    found = (
        select(document.c.id, document.c.rowno, func.ts_rank_cd(words, asked_for).label("rank"))
        .join(document_text, document_text.c.rowno == document.c.rowno)
        .where(words.op("@@")(asked_for), *_conditions(asked))
        .order_by(document.c.rowno.desc())
        .limit(NEWEST)
    ).subquery()
    best = select(found).order_by(desc("rank"), found.c.rowno.desc()).limit(limit).subquery()
    options = f'StartSel="{MARKS[0]}", StopSel="{MARKS[1]}", MaxWords=16, MinWords=8'
    piece = func.ts_headline("simple", func.left(document_text.c.body, 300_000), asked_for, options)
    rows = conn.execute(
        select(best.c.id, piece, best.c.rank)
        .join(document_text, document_text.c.rowno == best.c.rowno)
        .order_by(desc(best.c.rank), best.c.rowno.desc())
    )
    return [Hit(row[0], row[1], row[2]) for row in rows]


def _newest(conn: Connection, asked: Query, limit: int) -> list[Hit]:
    body = func.coalesce(func.substr(document_text.c.body, 1, 120), "")
    query = select(document.c.id, body).join(document_text, document_text.c.rowno == document.c.rowno, isouter=True)
    rows = conn.execute(query.where(*_conditions(asked)).order_by(document.c.rowno.desc()).limit(limit))
    return [Hit(row[0], " ".join(row[1].split()), 0.0) for row in rows]


def _conditions(asked: Query) -> list[ColumnElement[bool]]:
    return [document.c.status != "replaced", *(_condition(name, clean(value)) for name, value in asked.filters)]


def _condition(name: str, value: str) -> ColumnElement[bool]:
    """One field filter. Exact for codes; for names, every word must occur."""
    if name == "mrn":
        return document.c.patient_mrn.in_(_numbers_of(value))
    if name == "type":
        return document.c.document_type == value.lower()
    if name == "status":
        return document.c.status == value.lower()
    if name == "facility":
        return or_(_delivered_from(value), _holds_all(document.c.read_facility, value))
    return or_(_is_patient(value), _holds_all(document.c.read_name, value))


def _numbers_of(mrn: str) -> CompoundSelect[Any]:
    """Every number of the person who has this one."""
    head = func.coalesce(select(patient.c.survivor_mrn).where(patient.c.mrn == mrn).scalar_subquery(), mrn)
    return union_all(select(head), select(literal(mrn)), select(patient.c.mrn).where(patient.c.survivor_mrn == head))


def _holds_all(where: ColumnElement[str], value: str) -> ColumnElement[bool]:
    words = re.findall(r"[^\W_]+", value) or [value]
    return and_(*(func.upper(where).contains(word.upper(), autoescape=True) for word in words))


def _delivered_from(value: str) -> ColumnElement[bool]:
    return document.c.delivery_id.in_(select(delivery.c.id).where(_holds_all(delivery.c.facility, value)))


def _is_patient(value: str) -> ColumnElement[bool]:
    name = patient.c.last_name + " " + patient.c.first_name + " " + patient.c.middle_name
    return select(patient.c.rid).where(patient.c.mrn == document.c.patient_mrn, _holds_all(name, value)).exists()
