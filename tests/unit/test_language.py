"""The spaCy pipeline: a Doc of the printed words, on which each component finds what its step finds, saved and read back without pickles."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.classify import text_of
from pipeline.engines.language import COMPONENT, FORMS, SpacyLanguage, load, save
from pipeline.engines.page_doc import NOTHING, make_doc, span_at
from pipeline.engines.spacy_types import LinearTypes
from pipeline.engines.type_features import BUCKETS
from pipeline.extract import extract, identities
from pipeline.split import split_batch
from pipeline.verify import names_two_patients
from schemas.faults import EngineFault
from schemas.page import Box, PageKind, PageReading, Word
from schemas.rules import ExtractRules, SplitRules
from tests.sheets import blank as white
from tests.sheets import sheet
from tests.told import told
from workers.wire import SHIPPED_MODEL

ROOT = Path(__file__).parents[2]
RULES, CUTTING = ExtractRules(), SplitRules()
BODY = ["She was seen for follow up and is doing well on the present regimen today."] * 12
HEAD = ["^Lakeview Hospital", "^Phone (503) 555-1212 Fax (503) 555-1213"]
JANE = ["Patient: DOE, JANE  DOB: 01/02/1950  MRN: 4471902  Date: 03/04/2024", "Attending: A. Roth, MD"]
MARY = ["Patient: ROWE, MARY  DOB: 11/30/1981  MRN: 778812  Date: 03/05/2024"]
PAGES = told(sheet([*HEAD, "^#DISCHARGE SUMMARY", *JANE, "", *BODY], 1), white(2), sheet([*HEAD, "^#PROGRESS NOTE", *MARY, "", *BODY], 3))

PICKLED = {b"\x80" + bytes([protocol]) for protocol in range(2, 6)}
_RNG = np.random.default_rng(1)
SMALL = LinearTypes(
    ("ecg", "fax_cover"), _RNG.integers(0, 2, (2, BUCKETS)).astype(np.float16), np.zeros(2, np.float32), np.ones(BUCKETS, np.float16), 0.2
)


@pytest.fixture(scope="module")
def nlp():
    return load(SHIPPED_MODEL)


@pytest.fixture(scope="module")
def doc(nlp):
    return nlp(make_doc(nlp.vocab, PAGES, RULES, CUTTING))


def test_every_token_is_a_word_with_its_place(doc):
    words = [(page.number, word) for page in PAGES for word in page.reading.words]
    assert [(t._.page, t._.box, t._.conf, t._.line, t.text) for t in doc] == [(n, w.box, w.confidence, w.line, w.text) for n, w in words]


def test_white_space_follows_a_word_but_where_print_stands_right_behind_it(nlp):
    places = (("MRN:", 0.1, 0.2, 0), ("4471", 0.2, 0.3, 0), ("902", 0.31, 0.4, 0), ("next", 0.1, 0.2, 1))
    page = PageReading(1, PageKind.TEXT, tuple(Word(text, Box(x0, 0.1, x1, 0.2), 0.9, line) for text, x0, x1, line in places))
    assert make_doc(nlp.vocab, told(page), RULES, CUTTING).text == "MRN:4471 902 next"


@given(st.lists(st.one_of(st.text(max_size=6), st.sampled_from(["", " ", "\n", "\u00a0", "😀", "👩‍⚕️", "don't", "10/2/50"])), max_size=30))
@settings(max_examples=60, deadline=None)
def test_there_are_as_many_tokens_as_words_whatever_was_read(nlp, texts):
    words = tuple(Word(text, Box(0.1, 0.1, 0.2, 0.2), 0.5, at // 4) for at, text in enumerate(texts))
    doc = make_doc(nlp.vocab, told(PageReading(1, PageKind.TEXT, words)), RULES, CUTTING)
    assert [token.text for token in doc] == [text or NOTHING for text in texts]


def test_spans_and_categories_are_what_the_steps_find(doc, nlp):
    said, who = extract(PAGES, rules=RULES), identities(PAGES, rules=RULES)
    assert [span.label_ for span in doc.spans["labels"]] == [f"{x.meaning.what} {x.meaning.role}".strip() for p in PAGES for x in p.marked.labels]
    fields = [(span.label_, span._.value, span._.raw, span._.rule, span._.confidence, span._.rivals, span._.box) for span in doc.spans["fields"]]
    assert fields == [(str(f.name), f.value, f.raw, f.rule, f.confidence, f.rivals, f.box) for f in said.fields]
    assert [(span.label_, span._.value) for span in doc.spans["titles"]] == [(title.slug, title.text) for page in PAGES for title in page.titles]
    cut = [one for one in split_batch(PAGES, who, rules=CUTTING) if one.pages != (2,)]  # nothing is printed on a blank page
    assert [(span.label_, {t._.page for t in span}) for span in doc.spans["segments"]] == [(str(one.kind), set(one.pages)) for one in cut]
    assert len(cut) == 2
    assert doc.cats == nlp.get_pipe(COMPONENT).linear.scores(text_of(PAGES))
    assert doc._.two_patients is names_two_patients(said, who) is True


def test_a_span_holds_the_words_of_its_place(doc):
    (born,) = (span for span in doc.spans["fields"] if span.label_ == "patient_dob")
    assert (born.text, born[0]._.page) == ("01/02/1950", 1)
    assert next(span.text for span in doc.spans["labels"] if span.label_ == "patient_dob") == "DOB:"
    assert span_at(doc, 2, Box(0, 0, 1, 1), "patient_dob") is None


def test_a_saved_pipeline_finds_the_same_and_holds_no_pickle(tmp_path, doc):
    save(SMALL, tmp_path)
    again = load(tmp_path)
    assert again.pipe_names == list(FORMS)
    found = again(make_doc(again.vocab, PAGES, RULES, CUTTING))
    for group, spans in doc.spans.items():
        assert [(s.start, s.end, s.label_) for s in found.spans[group]] == [(s.start, s.end, s.label_) for s in spans]
    assert found.cats == SMALL.scores(text_of(PAGES))
    assert found._.two_patients is doc._.two_patients
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not [path.name for path in files if path.suffix in {".pkl", ".pickle"} or path.read_bytes()[:2] in PICKLED]


@pytest.mark.parametrize("forms", [{COMPONENT: 2}, {**FORMS, "chartroom_handwriting": 1}])
def test_a_pipeline_of_another_version_is_refused_in_words(tmp_path, forms):
    save(SMALL, tmp_path)
    meta = json.loads((tmp_path / "meta.json").read_text())
    (tmp_path / "meta.json").write_text(json.dumps(meta | {"forms": forms}))
    with pytest.raises(EngineFault, match=r"another version of Chartroom .*samples\.train"):
        SpacyLanguage(tmp_path).scores("sinus rhythm")


def test_scoring_needs_no_spacy(tmp_path):
    save(SMALL, tmp_path)
    asked = "import sys; from pathlib import Path; from pipeline.engines.language import SpacyLanguage; print("
    asked += "SpacyLanguage(Path(sys.argv[1])).scores('sinus rhythm'), [name for name in sys.modules if name.partition('.')[0] == 'spacy'])"
    told_of = subprocess.run([sys.executable, "-c", asked, str(tmp_path)], capture_output=True, text=True, check=True, cwd=ROOT).stdout
    assert told_of == f"{SMALL.scores('sinus rhythm')} []\n"


def test_a_description_leaves_no_word_of_a_page_behind():
    language = SpacyLanguage(SHIPPED_MODEL)
    told_of = language.describe(told(sheet(["Patient: ZYQUORTHAN, JANE  DOB: 01/02/1950", *BODY])), RULES, CUTTING)
    assert ("fields", "patient_name", "ZYQUORTHAN, JANE") in [(one.group, one.label, one.value) for one in told_of.found]
    assert "ZYQUORTHAN," not in language._nlp.vocab.strings
    language.scores("Patient WEXELBLATTER was seen")
    assert "WEXELBLATTER" not in language._nlp.vocab.strings
    assert language.describe((), RULES, CUTTING).found == ()
