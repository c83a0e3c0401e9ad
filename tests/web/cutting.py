"""A file whose pages are read already, cut anew by a clerk and worked on by a worker, with the pipeline as it is."""

from schemas.page import Box, PageKind, PageReading, Word
from store import documents, queue, readings, recuts
from store.database import reading, writing
from workers.audit import take_ledger
from workers.recut import process_recut
from workers.steps import Desk as Bench

PAGES = 5
CLERK = "user:a"


class Cutting:
    def __init__(self, desk, reader):
        self.desk, self.number = desk, 0
        (desk.folder / "scratch").mkdir(parents=True, exist_ok=True)
        self.bench = Bench(desk.config, desk.stores, reader, desk.folder / "scratch", lambda: desk.now, lambda _: None)
        desk.people(("M1", "Doe"))
        self.file()

    def file(self):
        """Another file."""
        self.number += 1
        self.desk.put(self.number, f"{self.number}.pdf", pages=PAGES)
        with writing(self.desk.stores.index) as conn:
            (record,) = documents.of_delivery(conn, self.delivery)
            for page in range(1, PAGES + 1):
                words = (Word(f"Leaf{page}of{self.number}", Box(0.1, 0.1, 0.3, 0.12), 0.95, 1), Word("Progress", Box(0.1, 0.2, 0.3, 0.22), 0.95, 2))
                key = self.desk.stores.objects.put_bytes(readings.pack(PageReading(page, PageKind.TEXT, words, width_pt=595.0, height_pt=842.0)))
                readings.save(conn, sha256=record.sha256, key=self.bench.reader.reading_key, pages={page: key})

    @property
    def delivery(self):
        return f"d{self.number}"

    def records(self):
        with reading(self.desk.stores.index) as conn:
            return documents.of_delivery(conn, self.delivery)

    def item(self):
        """An open item of the file."""
        with reading(self.desk.stores.index) as conn:
            found = [one for record in documents.of_delivery(conn, self.delivery) for one in queue.of_document(conn, record.id)]
        return next(item for item in found if item.resolved_at is None)

    def ask(self, *parts, actor=CLERK):
        with writing(self.desk.stores.index) as conn:
            item = self.item()
            fence = queue.claim(conn, item.id, actor, now=self.desk.now)
            may = [record.id for record in documents.of_delivery(conn, self.delivery)]
            return recuts.ask(conn, item, parts, actor, fence or 0, may=may, now=self.desk.now)

    def work(self, recut, bench=None):
        return process_recut(bench or self.bench, recut.id, lambda _, step: step())

    def cut(self, *parts):
        recut = self.ask(*parts)
        return self.work(recut), recut

    def undo(self, recut, actor=CLERK):
        with writing(self.desk.stores.index) as conn:
            return recuts.undo(conn, recut.id, actor, now=self.desk.now)

    def pages(self):
        return sorted(record.pages for record in self.records())

    def gaps(self):
        """Pages, documents, items, filings and trail as the auditor counts them."""
        return take_ledger(self.desk.config, self.desk.folder).gaps
