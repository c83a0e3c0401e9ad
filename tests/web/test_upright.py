"""A page that lies on its side in its file is shown upright, its places with it."""

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from review.screens.decide.card import Answers, Question, card_of
from review.upright import upright_box, upright_image
from schemas.page import Box, place_on_source
from schemas.protection import may_distribute
from store import documents, queue
from store.database import reading
from workers.wire import load_catalogue

TURNS = st.sampled_from([0, 90, 180, 270])
SHARES = st.lists(st.floats(0, 1), min_size=4, max_size=4).map(sorted).map(lambda v: Box(v[0], v[1], v[2], v[3]))


@pytest.fixture
def case(desk):
    desk.people(("M1", "Doe"))
    desk.put(1, "a.pdf")
    with reading(desk.stores.index) as conn:
        return queue.get(conn, "item-1"), documents.get(conn, "doc1")


def turned(record, turn):
    return replace(record, evidence={**record.evidence, "turns": {"1": turn}})


@given(turn=TURNS, box=SHARES)
def test_a_place_comes_back_to_where_it_was_read(turn, box):
    class Record:
        evidence = {"turns": {"1": turn}}  # noqa: RUF012

    assert upright_box(Record, 1, place_on_source(box, turn)) == pytest.approx(box)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_picture_turns_as_its_places_do(case, turn):
    place = Box(0.1, 0.05, 0.3, 0.1)
    source = place_on_source(place, turn)
    image = Image.new("L", (400, 600) if turn in {0, 180} else (600, 400), 255)
    ImageDraw.Draw(image).rectangle([source.x0 * image.width, source.y0 * image.height, source.x1 * image.width, source.y1 * image.height], fill=0)
    data = io.BytesIO()
    image.save(data, "JPEG")
    with Image.open(io.BytesIO(upright_image(turned(case[1], turn), 1, data.getvalue()))) as shown:
        assert shown.size == (400, 600)
        assert shown.getpixel((80, 45)) < 60
        assert shown.getpixel((200, 300)) > 200


def test_every_question_has_its_places_and_the_type_its_title(case):
    item, record = case
    record = turned(replace(record, evidence={**record.evidence, "type": {"title": "NOTE", "place": {"page": 1, "box": [0.0, 0.9, 0.1, 1.0]}}}), 180)
    by_question = {}
    for answers in (Answers(), Answers(patient="M1"), Answers(patient="M1", read=True)):
        card = card_of(replace(item, reasons=("patient.weak", "type.unsure", "split.unsure")), record, load_catalogue(), answers, salt="")
        by_question[card.question] = card.places
        assert len(card.places) == 2
    assert by_question[Question.PATIENT][0].box != by_question[Question.TYPE][0].box
    assert by_question[Question.TYPE][0] == (1, pytest.approx((0.9, 0.0, 1.0, 0.1)), True)


def test_a_blind_check_is_not_shown_where_the_machine_found_the_title(case):
    item, record = case
    record = replace(record, evidence={"type": {"place": {"page": 1, "box": [0, 0, 0.1, 0.1]}}})
    assert len(card_of(replace(item, blind=True), record, load_catalogue(), Answers(), salt="").places) == 1


def test_a_document_whose_own_words_asked_for_it_stays_protected_when_it_is_filed_under_an_ordinary_type(case):
    catalogue, record = load_catalogue(), case[1]
    assert may_distribute(record, catalogue)
    assert not may_distribute(replace(record, reasons=("sensitivity.substance_use",)), catalogue)
    assert not may_distribute(replace(record, reasons=(), evidence={"protected": ["sensitivity.substance_use"]}), catalogue)
