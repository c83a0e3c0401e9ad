"""A clerk's decision, from the command line or a screen: checks it against the catalogue and the index, then lets the store commit it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from functools import partial
from typing import Any, NamedTuple

from review.second import PLANTED, is_chosen, needs_second, place_of, same_answer
from schemas.decision import REASONS_FOR, Wish
from schemas.document import FieldName
from schemas.faults import InputFault, StaleClaim
from schemas.patient import IndexPatient
from schemas.reasons import REASONS
from schemas.record import AuditEntry, DocumentRecord, DocumentStatus, ReviewItem
from schemas.rules import ReviewRules
from store import apart, audit, documents, merges, opinions, owed, patients, queue, settled
from store.database import writing
from store.documents import PIPELINE
from workers.patients import entry_of, register
from workers.wire import Stores, load_catalogue

LONGEST_FIELD = 200
DATED = ("_date", "_dob")
ALONE = ReviewRules(second_for=(), clerk_share=0.0, known_share=0.0)


def resolve_item(  # noqa: PLR0913 - a decision, and the house's rules for it
    stores: Stores, item_id: str, wish: Wish, *, actor: str, now: datetime, fence: int | None = None, rules: ReviewRules = ALONE
) -> DocumentRecord:
    """Commit one decision on a review item, or keep it until somebody else has given the same; InputFault says what is wrong with it.

    With the number of a lease, only while the item is held under it; without one, only when it is in nobody else's hands. StaleClaim else.
    """
    newcomer = _newcomer(wish, now) if wish.new else None
    if newcomer is not None:  # an entry is written in a transaction of its own, before what is filed to it
        with writing(stores.index) as conn:
            weighed = _weigh(conn, item_id, wish, actor, now, fence, rules)
        if weighed.agreed:
            register(stores, newcomer, actor=actor, now=now)
    with writing(stores.index) as conn:
        weighed = _weigh(conn, item_id, wish, actor, now, fence, rules)
        return _commit(conn, weighed, actor, now, rules)


class Weighed(NamedTuple):
    """A decision that may be committed, or whose answer is kept: why somebody else is asked."""

    item: ReviewItem
    record: DocumentRecord
    decision: dict[str, Any]
    why: list[str]

    @property
    def agreed(self) -> bool:
        """Whether nobody else need be asked."""
        return not self.why and not self.item.known


def _weigh(conn: Any, item_id: str, wish: Wish, actor: str, now: datetime, fence: int | None, rules: ReviewRules) -> Weighed:  # noqa: PLR0913
    """What is decided, and whether another person must say the same."""
    item = queue.get(conn, item_id)
    if item is None:
        raise InputFault(f"There is no review item {item_id}.", next_step="`chartroom review list` gives the ids.")
    _check_lease(conn, item, actor, fence, now)
    record = documents.get(conn, item.document_id)
    if record is None:
        raise StaleClaim("Its pages were put together anew meanwhile.", next_step="Open the next one.")
    if wish.patient:
        decision = _filing(conn, item, record, wish, now)
    elif wish.two_people:
        raise InputFault("Who two people are is said with the patient.", next_step="Add --patient MRN.")
    else:
        act = "set_aside" if wish.set_aside else "quarantine"
        decision = {"act": act, "reason": _reason(wish.set_aside or wish.quarantine, REASONS_FOR[act])}
    return Weighed(item, record, decision, _why_second(conn, item, record, decision, rules))


def _why_second(conn: Any, item: ReviewItem, record: DocumentRecord, decision: dict[str, Any], rules: ReviewRules) -> list[str]:
    earlier = opinions.given(conn, item)
    if item.blind and "check" in rules.second_for and (chart := opinions.standing(conn, record)):
        earlier = [chart, *earlier]
    if any(same_answer(decision, opinion.answer, partial(merges.survivor, conn)) for opinion in earlier):
        return []
    chosen = patients.get(conn, decision["mrn"]) if decision.get("mrn") else None
    return needs_second(record, decision, chosen, load_catalogue(), rules) or (["check" if item.blind else "disagreed"] if earlier else [])


def _commit(conn: Any, weighed: Weighed, actor: str, now: datetime, rules: ReviewRules) -> DocumentRecord:
    """Carry the decision out, or keep it; and have people checked now and then."""
    item, record, decision, why = weighed
    if item.known:
        right = decision.get("mrn") is not None and merges.survivor(conn, decision["mrn"]) == merges.survivor(conn, record.patient_mrn or "")
        result = opinions.Result(right, misfiled=decision.get("mrn") is not None and not right)
        opinions.keep_known(conn, item, actor, decision, result, now=now)
        return record
    if why:
        opinions.keep(conn, item, actor, decision, why, now=now)
        return record
    if decision.get("merge"):
        merges.merge(conn, decision["merge"], decision["mrn"], actor=actor, now=now)
    opinions.withdraw(conn, record.id, actor, but=item.id, now=now)
    after = documents.resolve(conn, item_id=item.id, actor=actor, decision=decision, now=now)
    if decision.get("apart"):
        _tell_apart(conn, item.id, decision["apart"], actor, now)
    _have_checked(conn, item, after, now, rules)
    return after


def _tell_apart(conn: Any, item_id: str, mrns: list[str], actor: str, now: datetime) -> None:
    apart.note(conn, item_id, mrns)
    patients.tally(conn, (), ())
    owed.note(conn, owed.Act.APART, now, mrns)
    audit.append(conn, AuditEntry("patients.told_apart", item_id, actor, {"mrns": mrns}), now)


def _have_checked(conn: Any, item: ReviewItem, after: DocumentRecord, now: datetime, rules: ReviewRules) -> None:
    """By chance: ask somebody else about what was just filed, and plant an item whose answer is known."""
    alone = after.status is DocumentStatus.FILED and not item.blind and item.follows is None
    if alone and is_chosen("checked", item.id, rules.clerk_share):
        documents.ask(conn, after, ("policy.sampled",), PIPELINE, now, blind=True)
    if is_chosen("known", item.id, rules.known_share):
        known = settled.confirmed(conn, place_of("which", item.id), load_catalogue())
        if known is not None:
            documents.ask(conn, known, PLANTED, PIPELINE, now, known=True)


def _check_lease(conn: Any, item: ReviewItem, actor: str, fence: int | None, now: datetime) -> None:
    if fence is not None and not queue.holds(conn, item.id, actor, fence, now=now):
        raise StaleClaim("This item is no longer in your hands, or it has changed.", next_step="Nothing was written; look at it again.")
    if fence is None and item.resolved_at is None and queue.claim(conn, item.id, actor, now=now) is None:
        raise StaleClaim(f"Somebody is deciding item {item.id}.", next_step="Take another, or wait five minutes.")


def _filing(conn: Any, item: ReviewItem, record: DocumentRecord, wish: Wish, now: datetime) -> dict[str, Any]:
    _check_people(conn, wish, now)
    if not record.pages:
        raise InputFault("This file could not be opened, so there is no page to file.", next_step="Quarantine it, and ask for a new copy.")
    if record.object_key is None:
        raise InputFault("No PDF could be made of this document, so it cannot be filed.", next_step="Quarantine it, and ask for a new copy.")
    proposed = [candidate["mrn"] for candidate in record.evidence.get("candidates", [])]
    people = {merges.survivor(conn, mrn) for mrn in proposed}
    if merges.survivor(conn, wish.patient) not in people and not wish.anyway and not wish.new:
        raise InputFault("Nothing on the page proposed that patient.", next_step="Check the MRN against the page; if it is right, add --anyway.")
    decision = {"act": "file", "mrn": wish.patient, **_kind(record, item, wish.kind)}
    fields = {name: _value(name, value) for name, value in wish.fields.items()}
    told = {"fields": fields, "new": dict(wish.new), "merge": wish.merge, "apart": _suspects(record) if wish.two_people else []}
    return decision | {name: value for name, value in told.items() if value}


def _check_people(conn: Any, wish: Wish, now: datetime) -> None:
    """The person must be there, or be new, and whoever is to be merged into them too."""
    known = patients.get(conn, wish.patient)
    if known is None and not wish.new:
        raise InputFault("That MRN is not in the patient index.", next_step="Import the patient first: `chartroom patients import`.")
    if known is not None and wish.new and known != _newcomer(wish, now):  # the same: written a moment ago, for this decision
        raise InputFault("That MRN belongs to somebody already.", next_step="Check it, or find the person by it.")
    if wish.merge and wish.two_people:
        raise InputFault("Two entries are one person or two, not both.", next_step="Choose one of them.")
    if wish.merge and (patients.get(conn, wish.merge) is None or merges.survivor(conn, wish.merge) != wish.merge or wish.merge == wish.patient):
        raise InputFault("That entry is not in the index, or is merged already.", next_step="Open the item anew.")


def _newcomer(wish: Wish, now: datetime) -> IndexPatient:
    if max(map(len, (wish.patient, *wish.new.values()))) > LONGEST_FIELD:
        raise InputFault("A person cannot be registered like that: something is too long.", next_step="Correct it.")
    try:
        return entry_of(["mrn", *wish.new], [wish.patient, *wish.new.values()], now.date())
    except ValueError as problem:
        raise InputFault(f"A person cannot be registered like that: {problem}.", next_step="Correct it.") from None


def _suspects(record: DocumentRecord | None) -> list[str]:
    """The entries that were suspected to be one person when the document was matched."""
    suspects: list[str] = record.evidence.get("match", {}).get("twice", []) if record else []
    if len(suspects) < 2:
        raise InputFault("No two entries of the index are suspected to be one person here.", next_step="Leave --two-people out.")
    return suspects


def _value(name: str, value: str) -> str:
    if name not in set(FieldName) or not value or len(value) > LONGEST_FIELD:
        raise InputFault("A field is unknown, empty or too long.", next_step="Type what stands on the page, or leave it out.")
    if name.endswith(DATED):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            raise InputFault("A date is not written as year-month-day.", next_step="Write it as 2026-11-21.") from None
    return value


def _kind(record: DocumentRecord, item: ReviewItem, kind: str) -> dict[str, str | None]:
    slug = kind or record.document_type
    catalogue = load_catalogue()
    if not slug or slug not in catalogue or not catalogue[slug].files:
        known = ", ".join(sorted(s for s, t in catalogue.types.items() if t.files))
        raise InputFault(f"Item {item.id} needs a document type that can be filed.", next_step=f"Give --type, one of: {known}")
    return {"type": slug, "loinc": catalogue[slug].loinc}


def _reason(code: str, allowed: Collection[str]) -> str:
    if code not in allowed:
        raise InputFault(f"{code if code in REASONS else 'That'} is no reason for that.", next_step=f"One of: {', '.join(sorted(allowed))}")
    return code
