"""The judge of patient matching: made-up people hold what they promise, and each figure moves when what it measures does."""

import os
import pickle
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from pipeline.match import match_claim
from samples.matchbench import score
from samples.matchbench.documents import make_documents
from samples.matchbench.febrl import febrl_documents, febrl_patients
from samples.matchbench.judge import SHIPPED, Took, Verdict, build_index, identifiers_alike, judge, judge_all, latencies
from samples.matchbench.noise import Glass, misread, mistype, slip, valid
from samples.matchbench.people import TODAY, make_county
from samples.matchbench.rows import Trial, detail_rows, febrl_row, filed_row, latency_row, main_rows
from samples.matchbench.rule import RuleOfThumb, try_rule
from samples.matchbench.run import febrl_rows
from samples.matchbench.tables import Stock, weigh
from samples.matchbench.worlds import BORDER, COUNTY
from schemas.match import Matched
from schemas.patient import PatientClaim
from store.database import open_index
from store.patients import PatientIndex

NAMES = (
    "SMITH JONES GARCIA LOPEZ NGUYEN TRAN PATEL SINGH MILLER DAVIS RIVERA CHEN WOOD HALL KING WRIGHT SCOTT GREEN BAKER ADAMS NELSON CARTER",
    "MARY LINDA ROSA ANA LAN MAI PRIYA ANITA SUSAN KAREN LISA NANCY BETTY HELEN SANDRA DONNA CAROL RUTH SHARON LAURA SARAH KIM",
    "JAMES JOHN JOSE LUIS MINH TUAN AMIT RAVI ROBERT DAVID MARK PAUL STEVEN KEVIN BRIAN GEORGE EDWARD RONALD ANTHONY JASON JEFF RYAN",
)
STOCK = Stock(*(weigh((name, 1 + at % 5) for at, name in enumerate(names.split())) for names in NAMES))
TABLES = dict.fromkeys([*COUNTY.peoples, *BORDER.peoples], STOCK)


@pytest.fixture(scope="module")
def county():
    return make_county(COUNTY, TABLES, size=1500, seed=3)


@pytest.fixture(scope="module")
def documents(county):
    return make_documents(county, COUNTY, TABLES, count=1500, seed=3)


@pytest.fixture(scope="module")
def index(county, tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('county') / 'index.db'}"
    build_index(url, county.records)
    return url


def test_a_county_follows_from_its_seed(county, documents):
    assert make_county(COUNTY, TABLES, size=1500, seed=3) == county
    assert make_documents(county, COUNTY, TABLES, count=1500, seed=3) == documents
    assert make_county(COUNTY, TABLES, size=1500, seed=4) != county


def test_some_people_are_away_some_have_two_records_and_every_record_is_somebodys(county):
    held = Counter(mrn for one in county.people for mrn in one.mrns)
    assert set(held.values()) == {1}
    assert set(held) == {record.mrn for record in county.records}
    assert 0.11 < sum(not one.mrns for one in county.people) / len(county.people) < 0.19
    assert 0.015 < sum(len(one.mrns) == 2 for one in county.people) / len(county.people) < 0.045
    assert {"twin", "Jr/Sr", "newborn"} <= {kind for one in county.people for kind in one.kinds}
    twins = [(one.facts.last_name, one.facts.dob, one.facts.address_line) for one in county.people if "twin" in one.kinds]
    assert all(count == 2 for count in Counter(twins).values())


def test_documents_have_the_faults_the_world_names(county, documents):
    kinds = Counter(kind for one in documents for kind in one.kinds)
    assert 0.07 < kinds["absent"] / len(documents) < 0.13
    assert 0.05 < kinds["no DOB"] / len(documents) < 0.12
    assert 0.4 < kinds["foreign MRN"] / len(documents) < 0.5
    assert kinds["no DOB"] == sum(not one.claim.dob for one in documents)
    assert not any(one.claim.mrn_is_ours for one in documents if "own MRN" not in one.kinds)
    records = {record.mrn: record for record in county.records}
    assert all(mrn in records for one in documents for mrn in one.mrns)
    assert any("foreign MRN" in one.kinds and one.claim.mrn in records and one.claim.mrn not in one.mrns for one in documents), "none collides"


def test_noise_keeps_a_value_what_it_is():
    rng = Random(5)
    assert misread(rng, "GARCIA", Glass(0)) == "GARCIA"
    assert misread(rng, "GARCIA", Glass(0.9)) != "GARCIA"
    assert all(misread(rng, "1960-01-02", Glass(0.5)).replace("-", "").isdigit() for _ in range(50))
    slipped = {slip(rng, "1960-01-02", TODAY) for _ in range(50)}
    assert "1960-01-02" not in slipped
    assert all(valid(text, TODAY) for text in slipped)
    assert mistype(rng, "A") == "A"


def test_verdicts_tell_the_truth_of_the_product(index, documents):
    lookup = PatientIndex(open_index(index))
    for document in documents[:400]:
        verdict = judge(document, lookup)
        outcome = match_claim(document.claim, lookup, rules=SHIPPED)
        assert verdict.filed == isinstance(outcome, Matched), "the shipped line is a limit to the stated error"
        assert verdict.filed <= verdict.fileable
        assert verdict.right == bool(outcome.candidates and outcome.candidates[0].mrn in document.mrns)
    changed = replace(documents[0], mrns=("0",))
    assert judge(changed, lookup).place == -1
    assert judge(changed, lookup).alike == 0, "no such record"


def test_of_whom_the_queue_does_not_show_it_is_told_how_much_of_the_page_is_like_them(index, county, documents):
    lookup, records = PatientIndex(open_index(index)), {one.mrn: one for one in county.records}
    document = next(one for one in documents if one.mrns)
    record = records[document.mrns[0]]
    told = [{"last_name": "ZZYZX"}, {"last_name": "ZZYZX", "dob": record.dob}, {"last_name": record.last_name, "dob": record.dob, "sex": record.sex}]
    assert [identifiers_alike(replace(document, claim=PatientClaim(**said)), lookup) for said in told] == [0, 1, 2]


def test_the_rule_of_thumb_files_where_one_record_alone_fits(county, documents):
    plain = next(one for one in documents if one.claim.dob and one.mrns)
    [own, *_] = [record for record in county.records if record.mrn in plain.mrns]
    told = replace(plain, claim=replace(plain.claim, last_name=own.last_name, first_name=own.first_name, dob=own.dob))
    assert try_rule([own], [told]) == RuleOfThumb(1, 0)
    assert try_rule([own, replace(own, mrn="2")], [told]) == RuleOfThumb(0, 0), "two fit"
    assert try_rule([own], [replace(told, claim=replace(told.claim, dob=""))]) == RuleOfThumb(0, 0)
    assert try_rule([replace(own, mrn="2")], [told]) == RuleOfThumb(1, 1), "a namesake born the same day"


def test_each_decision_is_timed_once_the_caches_are_warm(index, documents):
    took = list(latencies(index, [one.claim for one in documents[:30]], warm=10))
    assert len(took) == 20
    assert all(one.clock > 0 and one.processor > 0 for one in took)


def test_all_verdicts_in_the_documents_order(index, documents):
    verdicts = judge_all(index, documents[:40], processes=1)
    assert [one.kinds for one in verdicts] == [one.kinds for one in documents[:40]]


def test_a_benchmark_that_is_killed_leaves_nobody_judging(index, documents, tmp_path):
    pages = tmp_path / "pages"
    pages.write_bytes(pickle.dumps(documents[:1000] * 500))
    judging = "import pickle, sys; from samples.matchbench.judge import judge_all; judge_all(sys.argv[1], pickle.load(open(sys.argv[2], 'rb')), processes=2)"
    bench = subprocess.Popen([sys.executable, "-c", judging, index, str(pages)], stderr=subprocess.DEVNULL)
    try:
        judges = eventually(lambda: judges_of(bench.pid))
    finally:
        bench.kill()
        bench.wait()
    left = eventually(lambda: not any(map(is_judging, judges))) is None
    for pid in filter(is_judging, judges):
        os.kill(int(pid), signal.SIGKILL)
    assert not left


def eventually(seen):
    for _ in range(300):
        if found := seen():
            return found
        time.sleep(0.1)
    return None


def judges_of(parent):
    """Its two workers, once both have opened the index."""
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    judges = [pid for pid in children if is_judging(pid)]
    return judges if len(judges) == 2 else None


def is_judging(pid):
    try:
        return any("index.db" in str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False


def verdict(doubt=1e-6, *, right=True, known=True, stated=None, filed=True, kinds=()):
    return Verdict(
        filed,
        fileable=True,
        doubt=doubt,
        stated=doubt if stated is None else stated,
        place=0 if right else -1,
        proposed=True,
        known=known,
        kinds=kinds,
    )


def test_a_line_needs_enough_documents_and_ends_before_the_errors():
    assert score.certify([verdict(at / 1e9) for at in range(29_900)], 1e-4) is None, "too few prove nothing"
    line = score.certify([verdict(at / 1e9, right=at < 35_000) for at in range(40_000)], 1e-4)
    assert 30_000 <= line.filed <= 35_000
    assert line.misfiled == 0
    assert line.upper <= 1e-4
    assert score.certify([verdict(at / 1e9, right=at > 20) for at in range(40_000)], 1e-4) is None, "the surest are wrong"


def test_documents_of_equal_doubt_are_filed_together():
    line = score.certify([verdict(1e-6) for _ in range(3000)] + [verdict(1e-3) for _ in range(2000)], 1e-2)
    assert line.filed == 5000
    spoilt = [verdict(1e-6) for _ in range(3000)] + [verdict(1e-3, right=at % 10 > 0) for at in range(2000)]
    assert score.certify(spoilt, 1e-2).filed == 3000


def test_a_line_is_seldom_proved_where_the_error_is_larger():
    rng, proved = Random(1), 0
    for _ in range(200):
        proved += score.certify([verdict(rng.random(), right=rng.random() > 0.0101) for _ in range(1000)], 0.01) is not None
    assert proved <= 20, "at 95 % ten of two hundred, and some luck"


def test_what_is_not_past_the_gates_is_never_filed():
    gated = [verdict()._replace(fileable=False)] * 50
    line = score.certify([verdict()] * 400 + gated, 1e-2)
    assert line.filed == 400
    assert sum(map(score.files(line), gated)) == 0
    assert not score.files(None)(verdict())


def test_stated_error_is_held_against_what_was_wrong():
    honest = [verdict(stated=0.02, right=at % 50 > 0) for at in range(1000)]
    assert score.decades(honest)[0].ratio == pytest.approx(1)
    proud = [verdict(stated=0.02, right=at % 5 > 0) for at in range(1000)]
    assert score.decades(proud)[0].ratio == pytest.approx(10)
    few = [verdict(stated=2e-4) for _ in range(1000)]
    assert score.decades(few)[0].ratio == pytest.approx(1), "none of a thousand does not contradict 2 in 10,000"
    assert score.decades([verdict(stated=2e-4, right=at > 20) for at in range(1000)])[0].ratio > 50


def test_forced_choice_counts_wrong_answers_and_silence():
    assert score.forced([verdict()] * 100).f1 == pytest.approx(1)
    answer = score.forced([verdict(right=at % 10 < 8) for at in range(100)])
    assert answer.precision == pytest.approx(0.8)
    doubtful = [verdict(1e-6)] * 80 + [verdict(0.9, right=False, known=False)] * 20
    Random(2).shuffle(doubtful)
    assert score.forced(doubtful).f1 == pytest.approx(1), "the absent are left out by their doubt"


def test_the_queue_counts_places():
    held = [verdict()._replace(place=place) for place in (0, 2, 3, 9, 10, -1)]
    assert score.in_first(held, 3) == pytest.approx(2 / 6)
    assert score.in_first(held, 10) == pytest.approx(4 / 6)


def test_the_table_says_what_is_not_met():
    good = [verdict(at / 1e9, kinds=("clean",)) for at in range(40_000)]
    absent = [verdict(0.5, right=False, known=False, filed=False, kinds=("absent",)) for _ in range(400)]
    lost = [verdict(right=False, filed=False)._replace(fileable=False, alike=alike) for alike in (0, 1, 2)]
    took = [Took(0.5, 0.4)] * 95 + [Took(9.0, 0.4)] * 5
    trial = Trial("county", "100k", good + absent + lost, took, {"median_ms": 300.0, "f1": 0.97}, RuleOfThumb(20_200, 3))
    rows = {row.goal: row for row in main_rows(trial)}
    assert rows["auto-filed at certified <= 1e-4, 100k county"].met
    assert rows["absent people auto-filed, 100k county"].value == 0
    assert "3 are not there, 2 of them with fewer than two" in rows["true person in the queue's first 10, 100k county"].note
    [thumb] = [row for goal, row in rows.items() if "rule of thumb" in goal]
    assert thumb.value == pytest.approx(50, abs=0.01)
    assert thumb.note == "3 of 20200 misfiled, at most 0.00038"
    assert not latency_row(trial, 1).met
    assert "300" in latency_row(trial, 1).note
    assert {row.goal: row.note for row in detail_rows(trial)}["clean: filed, 100k county"] == "0 misfiled"
    wrong = trial._replace(verdicts=[one._replace(place=-1) for one in good])
    assert filed_row(wrong, 82).value == 0
    assert filed_row(wrong, 82).note == "no line could be proved"


def test_a_public_set_that_is_not_there_is_a_row_that_is_not_met(tmp_path):
    rows = febrl_rows(tmp_path, Path("/bin/false"))
    assert [(row.goal, row.met, row.target) for row in rows] == [("FEBRL3 F1", False, ">= 0.999"), ("FEBRL4 F1", False, ">= 0.999")]
    assert febrl_row("FEBRL3", [verdict()] * 10).target == rows[0].target


def test_febrl_rows_become_patients_and_claims():
    row = {"rec_id": "rec-7-org", "given_name": "mia", "surname": "lock", "street_number": "26", "address_1": "yambina crescent", "address_2": ""}
    row |= {"suburb": "bald hills", "postcode": "2680", "state": "qld", "date_of_birth": "19790231", "soc_sec_id": "9086686"}
    [patient] = febrl_patients([row])
    assert (patient.mrn, patient.dob, patient.ssn_last4, patient.address_line) == ("rec-7-org", "", "6686", "26 yambina crescent")
    right, stranger = febrl_documents([row | {"rec_id": "rec-7-dup-1"}, row | {"rec_id": "rec-8-dup-0"}], [patient])
    assert right.mrns == ("rec-7-org",)
    assert stranger.mrns == ()
