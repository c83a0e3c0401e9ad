"""The review application over a real index and real objects: people of every role signed in, documents with pages, a clock that can be set."""

import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reportlab.pdfgen.canvas import Canvas
from starlette.testclient import TestClient

from review import proofs
from review.app import make_app
from schemas.access import Glass, Role, Session, User
from schemas.config import Config, Web
from schemas.record import DocumentRecord, DocumentStatus, ReviewItem, StoredField
from schemas.source import Priority
from store import documents, journal, sessions, users
from store.database import reading, writing
from workers.patients import import_patients
from workers.web import build_house

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BASE = "http://127.0.0.1:8470"
ORIGIN = {"Origin": BASE}
PASSWORD = "four words in a row"
NASTY = "<script>alert('x')</script> & \"Doe\".pdf"
CANARY = "Zzyzxcanary"  # the patient's name in every document here: it may stand on pages, never in logs or addresses
FIELDS = {"patient_name": StoredField("<b>DOE</b>, JANE", 0.9, 1, (0.1, 0.1, 0.4, 0.2), rule="label", rivals=("<i>DOE</i>, JANET",))}
EVIDENCE = {
    "wanting": ["a date of birth"],
    "type": {"title": "<u>NOTE</u>"},
    "candidates": [
        {
            "mrn": "M<1>",
            "display_name": f"{CANARY}, <em>JANE</em>",
            "dob": "1980-01-02",
            "evidence": [{"field": "last_name", "agreement": "agree", "level": "exact", "document_value": "<s>", "index_value": "DOE"}],
        }
    ],
}


def pdf(pages):
    data = io.BytesIO()
    canvas = Canvas(data)
    for number in range(1, pages + 1):
        for line in range(18):
            canvas.drawString(72, 740 - 28 * line, f"Sheet {number}, line {line}: seen in clinic, no change today.")
        canvas.showPage()
    canvas.save()
    return data.getvalue()


@dataclass
class Desk:
    """One installation and everything a test asks of it."""

    config: Config
    folder: object
    stores: object
    clock: list

    @property
    def now(self):
        return self.clock[0]

    def pass_time(self, **spans):
        self.clock[0] += timedelta(**spans)

    def app(self, web=None):
        house = build_house(self.config, self.folder, self.stores, lambda: self.clock[0])
        return make_app(house, web or Web())

    def client(self, role=None, *, web=None, base=BASE, app=None):
        """A browser: nobody's, or that of somebody of this role who has just signed in."""
        client = TestClient(app or self.app(web), base_url=base, headers={"Origin": base}, follow_redirects=False)
        if role is not None:
            self.sign_in(client, self.user(role).id)
        return client

    def sign_in(self, client, user_id, *, whole=True):
        secret = proofs.new_secret()
        with writing(self.stores.index) as conn:
            sessions.begin(conn, Session(proofs.digest(secret), user_id, self.now, self.now, self.now, whole), now=self.now)
        cookie = "__Host-chartroom" if client.base_url.scheme == "https" else "chartroom"
        client.cookies.set(cookie, secret)
        client.headers["X-Chartroom-Token"] = proofs.csrf_of(secret)

    def user(self, role, name=None, *, display=None, **facts):
        """Somebody of this role, made where missing."""
        name = name or f"some-{role}"
        with writing(self.stores.index) as conn:
            user = users.named(conn, name)
            if user is None:
                user = User(f"id-{name}", name, display or name.title(), (Role(role),), active=True, **facts)
                users.add(conn, user, actor="test", now=self.now)
        return user

    def put(self, number, name, *, priority=Priority.NORMAL, kind="progress_note", status="review", blind=False, mrn="M1", pages=1):
        """A delivery of some pages as one document: `docN`, and where a clerk is asked `item-N`."""
        content = pdf(max(pages, 1)) + b"%" + str(number).encode()
        key = self.stores.objects.put_bytes(content)
        with writing(self.stores.index) as conn:
            facts = {"sha256": key.rpartition("/")[2], "size": len(content), "object_key": key, "facility": "", "priority": priority, "now": self.now}
            delivery, _ = journal.take(conn, id=f"d{number}", key=f"k{number}", source="fax", name=name, **facts)
            plain = {"sha256": delivery.sha256, "pages": tuple(range(1, pages + 1)), "status": DocumentStatus(status), "document_type": kind}
            plain |= {"loinc": None, "document_type_confidence": 0.5, "patient_mrn": mrn, "patient_probability": 0.6, "fields": FIELDS}
            plain |= {"reasons": ("patient.weak", "field.missing.service_date"), "object_key": key, "filed_at": None, "evidence": EVIDENCE}
            if status == "filed":
                plain |= {"reasons": ()}
            if not pages:
                plain |= {"status": DocumentStatus.QUARANTINED, "fields": {}, "reasons": ("file.encrypted",), "evidence": {}, "object_key": None}
            record = DocumentRecord(id=f"doc{number}", delivery_id=delivery.id, source_name=name, **plain)
            reasons = ("policy.sampled",) if blind else record.reasons
            asked = [ReviewItem(f"item-{number}", record.id, reasons, priority.value, self.now, blind=blind)] if status == "review" or blind else []
            documents.settle(conn, delivery=delivery, page_count=pages, records=[record], texts={record.id: CANARY}, items=asked, now=self.now)

    def people(self, *rows):
        """Entries of the patient index: (MRN, last name)."""
        file = self.folder / "people.csv"
        file.write_text("mrn,last_name,first_name,dob\n" + "".join(f"{mrn},{name},Jane,1980-01-02\n" for mrn, name in rows))
        import_patients(file, self.stores, now=self.now)

    def glass(self, user_id, mrn, name="g1"):
        with writing(self.stores.index) as conn:
            sessions.open_glass(conn, Glass(name, user_id, mrn, "safety", "a reason in words", self.now, self.now + timedelta(hours=1)))

    def trail(self, action=None):
        """The audit entries, oldest first."""
        from store import audit

        with reading(self.stores.index) as conn:
            rows = [row.entry for row in reversed(audit.entries(conn, limit=10_000))]
        return [entry for entry in rows if action is None or entry.action == action]
