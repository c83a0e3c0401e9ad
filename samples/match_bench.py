"""Noisy claims over a patient index: how many are filed, how many to the wrong person, and how long a decision takes.

`python -m samples.match_bench [--people CSV [--hard CSV]] [--documents N] [--populations N] [--calibrate]`. One document in ten is about somebody
who is not in the index, twins, Jr/Sr and namesakes of entries among them. The people are synthetic: figures rank methods, no more.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from math import ceil, log10
from pathlib import Path
from typing import Any, NamedTuple

from pipeline.match import match_claim, rank
from pipeline.matching.calibration import STEPS
from pipeline.matching.fold import fold_name
from pipeline.matching.keys import claim_keys
from pipeline.matching.nicknames import related_names
from pipeline.ports import PatientLookup
from samples.memory_patients import MemoryPatients
from schemas.match import Matched, MatchOutcome, NoCandidate
from schemas.patient import IndexPatient, PatientClaim
from schemas.rules import MatchRules

TODAY = date(2025, 12, 31)
STREETS = "MAIN OAK MAPLE CEDAR ELM PARK LAKE HILL WALNUT SPRING CHURCH PINE RIVER FRANKLIN HIGHLAND MEADOW SUNSET LINCOLN MILL RIDGE VALLEY".split()  # noqa: SIM905
CONFUSED = {
    "O": "0Q",
    "I": "l1",
    "L": "I1",
    "S": "5",
    "B": "8",
    "Z": "2",
    "G": "6",
    "E": "F",
    "C": "G",
    "U": "V",
    "H": "N",
    "M": "N",
    "A": "4",
    "Y": "V",
}
PAIRS = {"RN": "M", "CL": "D", "VV": "W", "M": "RN", "W": "VV"}
DIGITS = {"0": "8", "1": "7", "3": "8", "5": "6", "6": "5", "7": "1", "8": "3", "9": "4", "4": "9", "2": "7"}
QUALITIES = ((0.55, 0.002, 0.96), (0.32, 0.02, 0.9), (0.13, 0.06, 0.78))  # share, character errors, confidence read


class Page(NamedTuple):
    """A claim and whom it is really about; `known` when that person is in the index."""

    claim: PatientClaim
    truth: IndexPatient
    known: bool


@dataclass
class Tally:
    """What became of the claims."""

    filed: int = 0
    documents: int = 0
    absent: int = 0
    misfiles: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    ranks: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    filed_absent: int = 0


def people(count: int, rng: random.Random) -> list[IndexPatient]:
    """A population in households: spouses, children, twins, Jr and Sr, and chance namesakes."""
    from faker.providers.person.en_US import Provider

    names = {key: _weights(getattr(Provider, key)) for key in ("last_names", "first_names_male", "first_names_female")}
    made: list[IndexPatient] = []
    while len(made) < count:
        made += _household(len(made), names, rng)
    return made[:count]


def _weights(table: Any) -> tuple[list[str], list[float]]:
    return [name.upper() for name in table], [float(weight) for weight in table.values()]


def _household(start: int, names: dict[str, tuple[list[str], list[float]]], rng: random.Random) -> list[IndexPatient]:
    def draw(key: str) -> str:
        return rng.choices(*names[key])[0]

    def person(sex: str, born: date, last: str) -> IndexPatient:
        middle = draw(f"first_names_{'male' if sex == 'M' else 'female'}") if rng.random() < 0.7 else ""
        return IndexPatient(
            f"{1000000 + (start + len(home)) * 3 + rng.randint(0, 2):08d}",
            last,
            draw(f"first_names_{'male' if sex == 'M' else 'female'}"),
            middle if rng.random() < 0.5 else middle[:1],
            "",
            sex,
            born.isoformat(),
            f"{rng.randint(0, 9999):04d}" if rng.random() < 0.88 else "",
            phone if rng.random() < 0.7 else _phone(rng),
            line,
            "RIVERTON",
            "OH",
            zip_code,
        )

    home: list[IndexPatient] = []
    last, phone, zip_code = draw("last_names"), _phone(rng), f"44{rng.randint(100, 399)}"
    if rng.random() < 0.04:
        last = f"{last}{rng.choice('- ')}{draw('last_names')}"
    line = f"{rng.randint(1, 9999)} {rng.choice(STREETS)} {rng.choice(['ST', 'AVE', 'RD', 'DR', 'LN'])}"
    head_born = TODAY - timedelta(days=rng.randint(19 * 365, 90 * 365))
    home.append(person(rng.choice("MF"), head_born, last))
    if rng.random() < 0.45:
        wife = person("F", head_born + timedelta(days=rng.randint(-2500, 2500)), last)
        home.append(replace(wife, previous_last_name=draw("last_names") if rng.random() < 0.5 else ""))
    for _ in range(rng.choice([0, 0, 1, 1, 2])):
        home += _children(home[0], person, rng)
    return home


def _children(head: IndexPatient, person: Any, rng: random.Random) -> list[IndexPatient]:
    born = min(date.fromisoformat(head.dob) + timedelta(days=rng.randint(19 * 365, 38 * 365)), TODAY)
    child: IndexPatient = person(rng.choice("MF"), born, head.last_name)
    if child.sex == head.sex == "M" and rng.random() < 0.12:
        child = replace(child, first_name=head.first_name, middle_name=head.middle_name, suffix=rng.choice(["JR", "JR", ""]))
    if rng.random() < 0.04:
        twin: IndexPatient = person(rng.choice("MF"), born, head.last_name)
        first = (
            twin.first_name
            if rng.random() < 0.7 and twin.first_name != child.first_name
            else rng.choice("JKTBD".replace(child.first_name[0], "")) + child.first_name[1:]
        )
        return [child, replace(twin, mrn=f"{int(twin.mrn) + 1:08d}", first_name=first)]
    return [child]


def _phone(rng: random.Random) -> str:
    return f"{rng.choice(['330', '440', '724'])}{rng.randint(200, 989)}{rng.randint(0, 9999):04d}"


def read_people(path: Path) -> list[IndexPatient]:
    """People of a patient CSV, gzipped or not."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [replace(p, phone="".join(c for c in p.phone if c.isdigit())) for p in (IndexPatient(**row) for row in csv.DictReader(lines))]


def read_groups(path: Path) -> dict[str, str]:
    """A common name for the numbers of one person, from a table with columns mrns and same_person."""
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return {mrn: row["mrns"].split()[0] for row in csv.DictReader(lines) if row["same_person"] == "Y" for mrn in row["mrns"].split()}


def split_index(population: Sequence[IndexPatient], rng: random.Random, out: float = 0.1) -> tuple[list[IndexPatient], list[IndexPatient]]:
    """Those in the index and those left out, person by person: relatives and namesakes of entries are among the absent."""
    absent = set(rng.sample(range(len(population)), int(len(population) * out)))
    return [p for i, p in enumerate(population) if i not in absent], [population[i] for i in sorted(absent)]


def related_people(index: Sequence[IndexPatient], absent: Sequence[IndexPatient]) -> list[IndexPatient]:
    """Absent people who share surname and birth date, or first and last name, with an entry."""
    twins = {(p.last_name, p.dob) for p in index}
    names = {(p.last_name, p.first_name, p.address_line) for p in index} | {(p.last_name, p.first_name, p.dob) for p in index}
    return [
        p
        for p in absent
        if (p.last_name, p.dob) in twins or names & {(p.last_name, p.first_name, p.address_line), (p.last_name, p.first_name, p.dob)}
    ]


def pages(index: Sequence[IndexPatient], absent: Sequence[IndexPatient], count: int, rng: random.Random) -> Iterator[Page]:
    """Claims as a scan would give them; one in ten about an absent person, one in eight of those a near relative or namesake of an entry."""
    near = related_people(index, absent)
    for _ in range(count):
        known = rng.random() >= 0.1
        pool = index if known else near if near and rng.random() < 0.125 else absent
        truth = rng.choice(pool)
        yield Page(noisy_claim(truth, index, rng), truth, known)


def noisy_claim(p: IndexPatient, index: Sequence[IndexPatient], rng: random.Random) -> PatientClaim:
    """What a damaged page says about a person."""
    _, errors, confidence = rng.choices(QUALITIES, [q[0] for q in QUALITIES])[0]
    source = p
    if rng.random() < 0.015:  # the provider's name where the patient's should be
        other = rng.choice(index)
        source = replace(p, last_name=other.last_name, first_name=other.first_name, middle_name="", suffix="")
    last, first, middle = _names(source, rng)
    dob = "" if rng.random() < 0.08 else _dob(p.dob, errors, rng)
    ours = rng.random() < 0.15
    foreign = f"{rng.randint(1000000, 1400000):08d}" if rng.random() < 0.45 else ""
    address, phone = _home(p, rng)
    return PatientClaim(
        blur(last, errors, rng),
        blur(first, errors, rng),
        blur(middle, errors, rng),
        source.suffix if rng.random() < 0.6 else "",
        (p.sex if rng.random() < 0.995 else "FM"[p.sex == "F"]) if rng.random() < 0.8 and p.sex in "MF" else "",
        dob,
        blur_digits(p.mrn, errors, rng) if ours else foreign,
        mrn_is_ours=ours,
        ssn_last4=blur_digits(p.ssn_last4, errors, rng) if rng.random() < 0.06 else "",
        phone=blur_digits(phone, errors, rng),
        address_line=blur(address, errors, rng),
        zip=blur_digits(p.zip, errors, rng) if address else "",
        name_confidence=min(0.99, rng.gauss(confidence, 0.05)),
        dob_confidence=min(0.99, rng.gauss(confidence, 0.05)),
        dob_sightings=rng.choice([1, 1, 2]),
    )


def _names(p: IndexPatient, rng: random.Random) -> tuple[str, str, str]:
    last, first, middle = p.last_name, p.first_name, p.middle_name
    short = sorted(related_names(fold_name(first)))
    if short and rng.random() < 0.08:
        first = rng.choice(short)
    if p.previous_last_name and rng.random() < 0.05:
        last = p.previous_last_name
    if rng.random() < 0.02:
        last, first = first, last
    chance = rng.random()
    return last, first, "" if chance < 0.35 else middle[:1] if chance < 0.75 else middle


def _home(p: IndexPatient, rng: random.Random) -> tuple[str, str]:
    address = p.address_line if rng.random() < 0.5 else ""
    phone = p.phone if rng.random() < 0.45 else ""
    if rng.random() < 0.12:
        return address and f"{rng.randint(1, 9999)} {rng.choice(STREETS)} ST", phone and _phone(rng)
    return address, phone


def _dob(dob: str, errors: float, rng: random.Random) -> str:
    if rng.random() < 0.008:
        return f"{dob[:4]}-{dob[8:]}-{dob[5:7]}" if dob[8:] <= "12" else dob
    if rng.random() < 0.012:
        return f"{int(dob[:4]) + rng.choice([-1, 1, 10, -10])}{dob[4:]}"
    return blur_digits(dob, errors * 0.5, rng)


def blur(text: str, errors: float, rng: random.Random) -> str:
    """Text as a scanner misreads it: look-alikes, lost and doubled letters."""
    out, i = [], 0
    while i < len(text):
        pair = text[i : i + 2]
        if rng.random() >= errors:
            out.append(text[i])
        elif pair in PAIRS:
            out.append(PAIRS[pair])
            i += 1
        else:
            out.append(rng.choice([rng.choice(CONFUSED.get(text[i], "ETAOIN")), PAIRS.get(text[i], text[i]), "", text[i] * 2]))
        i += 1
    return "".join(out)


def blur_digits(text: str, errors: float, rng: random.Random) -> str:
    """Digits as a scanner misreads them."""
    return "".join(DIGITS.get(c, c) if c.isdigit() and rng.random() < errors else c for c in text)


def relation(truth: IndexPatient, filed: IndexPatient, *, known: bool) -> str:
    """In what the person filed to is like the true one."""
    alike = [name for name in ("last_name", "first_name", "dob", "address_line") if getattr(truth, name) == getattr(filed, name)]
    return f"{'known' if known else 'absent'}: same {', '.join(alike) or 'nothing'}"


def run(
    index: Sequence[IndexPatient], lookup: PatientLookup, claims: Iterable[Page], rules: MatchRules, groups: dict[str, str], tally: Tally
) -> list[tuple[float, bool]]:
    """Decide every claim and count it; the raw doubt of each one filed, and whether it was wrong."""
    by_mrn, stated = {p.mrn: p for p in index}, list[tuple[float, bool]]()
    for page in claims:
        found = list(lookup.find(claim_keys(page.claim), limit=rules.max_candidates))
        begin = time.thread_time()
        outcome = match_claim(page.claim, _Found(found, lookup), rules=rules)
        tally.seconds.append(time.thread_time() - begin)
        _count(tally, page, outcome, by_mrn, groups)
        if isinstance(outcome, Matched):
            doubt = rank(page.claim, found, lookup, rules=rules).shares.doubt(0)
            stated.append((doubt, not _same(outcome.candidates[0].mrn, page.truth.mrn, groups)))
    return stated


class _Found:
    """A lookup whose search is already done, so that only the decision is timed."""

    def __init__(self, found: list[IndexPatient], lookup: PatientLookup) -> None:
        self.found, self.frequencies = found, lookup.frequencies

    def find(self, keys: Iterable[str], *, limit: int) -> list[IndexPatient]:
        del keys
        return self.found[:limit]


def _same(one: str, other: str, groups: dict[str, str]) -> bool:
    return groups.get(one, one) == groups.get(other, other)


def _count(tally: Tally, page: Page, outcome: MatchOutcome, by_mrn: dict[str, IndexPatient], groups: dict[str, str]) -> None:
    tally.documents += 1
    tally.absent += not page.known
    tally.outcomes[f"{'known' if page.known else 'absent'} {type(outcome).__name__}{_why(outcome)}"] += 1
    places = [i for i, c in enumerate(outcome.candidates) if _same(c.mrn, page.truth.mrn, groups)]
    if page.known:
        tally.ranks.append(places[0] + 1 if places else 999)
    if isinstance(outcome, Matched):
        tally.filed += 1
        tally.filed_absent += not page.known
        filed = outcome.candidates[0].mrn
        if not _same(filed, page.truth.mrn, groups):
            tally.misfiles[relation(page.truth, by_mrn[filed], known=page.known)] += 1


def _why(outcome: MatchOutcome) -> str:
    if isinstance(outcome, Matched | NoCandidate):
        return ""
    return " " + "/".join(getattr(outcome, "missing", ()) or getattr(outcome, "fields", ()))


def report(tally: Tally) -> Iterator[str]:
    """The figures, a line each."""
    known, wrong = tally.documents - tally.absent, sum(tally.misfiles.values())
    yield f"documents {tally.documents}, of absent people {tally.absent}"
    of_known = (tally.filed - tally.filed_absent) / max(known, 1)
    yield f"filed without a clerk {tally.filed} = {tally.filed / tally.documents:.1%} of all, {of_known:.1%} of known"
    yield f"misfiles {wrong} of {tally.filed} filed; of known people {sum(n for k, n in tally.misfiles.items() if k.startswith('known'))}"
    yield from (f"  {count:5d}  {kind}" for kind, count in tally.misfiles.most_common())
    for top in (1, 3, 10):
        yield f"recall@{top} of known {sum(rank <= top for rank in tally.ranks) / max(known, 1):.4f}"
    times = sorted(tally.seconds)
    yield f"ms of CPU per decision, lookup apart: p50 {times[len(times) // 2] * 1000:.2f}, p95 {times[int(len(times) * 0.95)] * 1000:.2f}"
    yield from (f"  {count:6d}  {name}" for name, count in tally.outcomes.most_common(24))


def calibration(stated: Iterable[tuple[float, bool]]) -> Iterator[str]:
    """Wrong of all by quarter of a decade of raw doubt."""
    counts: dict[int, list[int]] = {}
    for doubt, wrong in stated:
        row = counts.setdefault(ceil(log10(max(doubt, 1e-12)) * 4), [0, 0])
        row[0] += 1
        row[1] += wrong
    yield from (f"  doubt up to {10 ** (decade / 4):.1e}: {wrong} wrong of {of}" for decade, (of, wrong) in sorted(counts.items()))


def bands(stated: Sequence[tuple[float, bool]]) -> Iterator[str]:
    """Wrong of all by the steps that ship, with the share that so many errors leave possible."""
    low = -1.0
    for step in STEPS:
        errors = [wrong for doubt, wrong in stated if low < doubt <= step.doubt]
        most = upper_bound(sum(errors), len(errors))
        yield f"  doubt up to {step.doubt:.0e}: {sum(errors)} wrong of {len(errors)}, at 95 % at most {most:.2e}; stated {step.states:.1e}"
        low = step.doubt


def upper_bound(wrong: int, of: int, confidence: float = 0.95) -> float:
    """The largest share that would still give so few errors with this chance (Clopper and Pearson, one-sided)."""
    from scipy.stats import beta

    return float(beta.ppf(confidence, wrong + 1, of - wrong)) if of > wrong else 1.0


def write(text: str) -> None:
    """A line on standard output."""
    sys.stdout.write(f"{text}\n")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=Path, help="patient CSV; without it people are made up")
    parser.add_argument("--hard", type=Path, help="groups of numbers that are one person (columns mrns, same_person)")
    parser.add_argument("--size", type=int, default=20000)
    parser.add_argument("--documents", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--populations", type=int, default=1, help="so many populations one after the other, their figures together")
    parser.add_argument("--calibrate", action="store_true", help="file whatever passes the gate, and print errors by raw doubt")
    args = parser.parse_args()
    tally, stated = Tally(), list[tuple[float, bool]]()
    for seed in range(args.seed, args.seed + args.populations):
        stated += try_population(args, random.Random(seed), tally)
    write("\n".join(report(tally)))
    if args.calibrate:
        write("\n".join([*calibration(stated), *bands(stated)]))


def try_population(args: argparse.Namespace, rng: random.Random, tally: Tally) -> list[tuple[float, bool]]:
    """Draw one population and decide its claims."""
    population = read_people(args.people) if args.people else people(args.size, rng)
    index, absent = split_index(population, rng)
    begin = time.perf_counter()
    lookup = MemoryPatients(index)
    keys = sum(map(len, lookup.rows.values())) / len(index)
    write(f"index {len(index)}, keys made and kept in {time.perf_counter() - begin:.1f} s, {keys:.1f} a patient")
    rules = MatchRules(max_p_wrong=1.0) if args.calibrate else MatchRules()
    groups = read_groups(args.hard) if args.hard else {}
    return run(index, lookup, pages(index, absent, args.documents, rng), rules, groups, tally)


if __name__ == "__main__":
    main()
