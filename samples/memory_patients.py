"""A patient index in memory, found by blocking keys: for tests and benchmarks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from pipeline.match import patient_keys
from pipeline.matching.fold import fold_name
from schemas.patient import IndexPatient, NameFrequencies, PatientClaim

COMMONEST = 400  # a key that more entries share finds nobody
FEWEST = 5  # an entry that shares fewer than a fifth of the keys that the best one shares is no candidate


class MemoryPatients:
    """The index as the matcher sees it, on dictionaries."""

    def __init__(self, patients: Iterable[IndexPatient], told_apart: Iterable[frozenset[str]] = ()) -> None:
        self.patients, self.told_apart = list(patients), frozenset(told_apart)
        self.rows: dict[str, list[int]] = defaultdict(list)
        for row, patient in enumerate(self.patients):
            for key in patient_keys(patient):
                self.rows[key].append(row)
        self.last = Counter(fold_name(p.last_name) for p in self.patients)
        self.first = Counter(fold_name(p.first_name) for p in self.patients)

    def find(self, keys: Iterable[str], *, limit: int) -> list[IndexPatient]:
        """Entries that share at least one key, those that share most first."""
        shared: Counter[int] = Counter()
        for key in keys:
            rows = self.rows.get(key, ())
            if len(rows) <= COMMONEST:
                shared.update(rows)
        found = shared.most_common(limit)
        return [self.patients[row] for row, keys in found if keys * FEWEST >= found[0][1]]

    def apart(self, mrn: str) -> frozenset[str]:
        """Entries that were told apart from this one."""
        return frozenset(other for pair in self.told_apart if mrn in pair for other in pair - {mrn})

    def frequencies(self, *claims: PatientClaim) -> NameFrequencies:
        """Counts of the claims' names, and the size of the index."""
        last, first = ({fold_name(getattr(claim, name)) for claim in claims} for name in ("last_name", "first_name"))
        return NameFrequencies({name: self.last.get(name, 0) for name in last}, {name: self.first.get(name, 0) for name in first}, len(self.patients))
