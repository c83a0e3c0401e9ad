"""The text model that ships: every type from its body alone, calibrated, quick, small, and made again the same."""

import time
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import yaml

from pipeline.classify import classify
from pipeline.engines.language import SpacyLanguage, save
from pipeline.engines.spacy_types import DoctypeComponent
from pipeline.engines.type_features import BUCKETS, PASSAGE_BUCKETS
from samples import corpus, train
from schemas.catalogue import build_catalogue
from schemas.faults import EngineFault
from schemas.rules import ClassifyRules
from tests.sheets import sheet
from tests.told import told

ROOT = Path(__file__).parents[2]
CATALOGUE = yaml.safe_load((ROOT / "schemas/doctypes.yaml").read_text())


@pytest.fixture(scope="module")
def model():
    return SpacyLanguage(ROOT / "models/doctype")


def test_seed_texts_cover_every_type_of_the_catalogue(model):
    assert set(corpus.seeds()) == set(CATALOGUE) == set(model.scores("some text"))


def test_every_type_is_told_from_misread_bodies(model):
    rng = Random(99)
    right = {}
    for slug in CATALOGUE:
        texts = [train.as_page(corpus.body(slug, rng), 0.04, rng) for _ in range(6)]
        right[slug] = sum(max(scores, key=scores.get) == slug for scores in map(model.scores, texts))
    assert sum(right.values()) >= 0.9 * 6 * len(right)
    assert min(right.values()) >= 3, right


def page_of(slug):
    rng = Random(slug)
    title = CATALOGUE[slug].get("titles") or [""]
    words = [line.split() for line in corpus.body(slug, rng).splitlines()]
    lines = [" ".join(line[at : at + 12]) for line in words for at in range(0, len(line), 12)]
    return sheet(["Lakeview Clinic", f"^#{title[0].upper()}" if title[0] else "", "", *lines[:50]])


@pytest.mark.parametrize("slug", sorted(set(CATALOGUE) - {"unknown"}))
def test_every_type_is_reached_by_a_page_of_its_own(model, slug):
    guess = classify(told(page_of(slug), catalogue=build_catalogue(CATALOGUE)), model, build_catalogue(CATALOGUE), rules=ClassifyRules())
    assert (guess.slug, guess.reason) == (slug, None)
    assert guess.folder == CATALOGUE[slug]["folder"]
    assert guess.folder_confidence >= guess.confidence


def test_a_page_of_no_type_is_asked(model):
    guess = classify(told(page_of("unknown"), catalogue=build_catalogue(CATALOGUE)), model, build_catalogue(CATALOGUE), rules=ClassifyRules())
    assert guess.reason is not None


def test_no_name_and_no_number_is_shown(model):
    text = "SMITH, JOHN A. MRN 00123 seen by Dr. Qwertson. " + corpus.body("operative_note", Random(4))
    for against in (None, "procedure_note"):
        words = model.evidence(text, "operative_note", against)
        assert words
        assert not {"smith", "john", "qwertson", "mrn"} & set(words)
        assert all(word.isalpha() for word in words)


def test_evidence_is_of_the_type_against_the_other(model):
    text = corpus.body("operative_note", Random(4)) + corpus.body("discharge_summary", Random(4))
    mine, other = model.evidence(text, "operative_note", "discharge_summary"), model.evidence(text, "discharge_summary", "operative_note")
    assert mine
    assert other
    assert not set(mine) & set(other)


def test_words_never_met_make_a_text_less_known(model):
    text = corpus.body("discharge_summary", Random(5))
    assert model.known(text) > 0.9
    assert model.known("qzxv wvvq jqxk " + text) < model.known(text)
    assert model.known("") == 0


def test_scores_are_shares(model):
    for text in ("", "12345", "Ω≈ç", "chest " * 5000):
        scores = model.scores(text)
        assert abs(sum(scores.values()) - 1) < 1e-4
        assert min(scores.values()) > 0


def test_evidence_names_words_of_the_text(model):
    text = "Incision was made and the wound closed; estimated blood loss 20 mL. Sponge counts were correct."
    words = model.evidence(text, "operative_note")
    assert 1 <= len(words) <= 5
    assert all(word in text.lower() for word in words)
    assert model.evidence(text, "no_such_type") == ()


def test_a_page_takes_little_time(model):
    text = "\n".join(corpus.body("discharge_summary", Random(5)) for _ in range(3))[:3000]
    model.scores(text)
    started = time.process_time()
    for _ in range(20):
        model.scores(text)
    assert (time.process_time() - started) / 20 < 0.05  # 10 ms on an idle machine


def test_shipped_model_is_small_and_holds_no_pickle():
    files = [path for path in (ROOT / "models/doctype").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 8_000_000
    assert not [
        path for path in files if path.suffix in {".pkl", ".pickle", ".joblib"} or path.read_bytes()[:2] in {b"\x80\x03", b"\x80\x04", b"\x80\x05"}
    ]


def test_missing_model_is_a_fault_with_a_next_step(tmp_path):
    with pytest.raises(EngineFault, match=r"samples\.train"):
        SpacyLanguage(tmp_path / "nothing").scores("text")


def tiny():
    rng = Random(3)
    return train.fit([train.Text(slug, corpus.body(slug, rng), "seed", slug) for slug in ("ecg", "laboratory_report", "fax_cover") for _ in range(8)])


def test_training_twice_gives_the_same_weights():
    a, b = tiny(), tiny()
    assert np.array_equal(a.weights, b.weights)
    assert a.slugs == b.slugs


def test_saved_model_scores_as_before(tmp_path):
    before = tiny()
    mixed = np.full((3, 3), 0.1, np.float32) + 0.7 * np.eye(3, dtype=np.float32)
    cooler = replace(before, temperature=0.3, confusions=mixed)
    save(cooler, tmp_path / "model")
    text = corpus.body("ecg", Random(8))
    assert SpacyLanguage(tmp_path / "model").scores(text) == pytest.approx(cooler.scores(text))


def test_a_model_that_knew_fewer_features_scores_as_it_did(tmp_path):
    whole = tiny()
    known = np.arange(BUCKETS) < PASSAGE_BUCKETS
    before = replace(whole, temperature=0.3, weights=whole.weights * known, idf=whole.idf * known, anchors=whole.anchors * known)
    DoctypeComponent(before).to_disk(tmp_path)
    with np.load(tmp_path / "weights.npz") as kept:
        cut = {name: value[..., :PASSAGE_BUCKETS] if value.shape[-1] == BUCKETS else value for name, value in kept.items()}
    np.savez_compressed(tmp_path / "weights.npz", **cut)
    (tmp_path / "model.json").write_text((tmp_path / "model.json").read_text().replace(str(BUCKETS), str(PASSAGE_BUCKETS)))
    again = DoctypeComponent().from_disk(tmp_path).linear
    assert again.weights.shape == before.weights.shape
    assert again.scores(corpus.body("ecg", Random(8))) == before.scores(corpus.body("ecg", Random(8)))
