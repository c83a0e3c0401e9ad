"""Whatever is imported, merged, parted and filed, and in whatever order: what waits is weighed anew, and what became doubtful is asked about."""

import os
from contextlib import suppress
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_rematch import NOW, PAGE, House

from schemas.document import FieldName
from schemas.faults import InputFault
from store import documents, neighbours
from store.database import reading
from workers.follow import weigh_held
from workers.merge import merge_entries, unmerge_entry
from workers.rematch import Rematched, recheck_filed

SEQUENCES = int(os.environ.get("CHARTROOM_REMATCH_SEQUENCES", "8"))
NAMES = ("Quillfeather,Jane", "Quillfeather,Joan", "Oakes,Jane")
DAYS = ("1980-02-03", "1980-03-02")
PHONES = ("4405550199", "")
mrns = st.sampled_from(["M1", "M2", "M3"])
people = st.tuples(st.sampled_from(NAMES), st.sampled_from(DAYS), st.sampled_from(PHONES))
acts = st.one_of(
    st.tuples(st.just("import"), mrns, people),
    st.tuples(st.just("merge"), mrns, mrns),
    st.tuples(st.just("part"), mrns, st.none()),
    st.tuples(st.just("document"), st.none(), people),
)


def do(house, number, act, one, other):
    if act == "import":
        name, day, phone = other
        house.people(f"{one},{name},F,{day},{phone},12 Elm Street,12345")
    elif act == "document":
        name, day, phone = other
        says = {FieldName.PATIENT_NAME: name.upper().replace(",", ", "), FieldName.PATIENT_DOB: day, FieldName.PATIENT_PHONE: phone}
        house.document(f"d{number}", says={field: value for field, value in (PAGE | says).items() if value})
    else:
        with suppress(InputFault):
            if act == "merge":
                merge_entries(house.stores, house.config, one, other, actor="clerk", now=later(house))
            else:
                unmerge_entry(house.stores, house.config, one, actor="clerk", now=later(house))


def later(house):
    house.days += 1
    return NOW + timedelta(days=house.days)


def everything_is_followed(house):
    """Weighed once more, nothing that waits changes, and nothing that is filed and not asked about is doubtful."""
    assert weigh_held(house.stores, house.config, now=later(house)).came == Rematched()
    with reading(house.stores.index) as conn:
        filed = neighbours.filed_to(conn, ["M1", "M2", "M3"])
    assert recheck_filed(house.stores, house.config, filed, now=later(house)) == Rematched()


@settings(
    max_examples=SEQUENCES, deadline=None, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(sequence=st.lists(acts, min_size=4, max_size=9))
def test_any_sequence_leaves_nothing_unweighed_or_lost(tmp_path_factory, sequence):
    house = House(tmp_path_factory.mktemp("house"))
    house.people("M1,Quillfeather,Jane,F,1980-02-03,4405550199,12 Elm Street,12345")
    for number, (act, one, other) in enumerate(sequence):
        do(house, number, act, one, other)
        everything_is_followed(house)
    with reading(house.stores.index) as conn:
        assert len(list(documents.export(conn))) == sum(act == "document" for act, _, _ in sequence)
    house.is_whole()
