"""What a child says is held against its shape before anything is made of it: it may have been taken over by the file that it reads."""

import struct

import pytest

from pipeline.engines import nursery
from pipeline.engines.opener import ChildOpener
from schemas.faults import EngineFault
from schemas.rules import RenderRules
from schemas.source import FileKind, Opened, PageFacts, Refused

OPENER = ChildOpener(RenderRules())


def original(tmp_path):
    path = tmp_path / "original"
    path.write_bytes(b"%PDF-1.7")
    return path


@pytest.fixture
def a_child_that_says(monkeypatch):
    """Has the next children say these bytes, as one message each, whatever they are asked."""

    def say(*bodies):
        def child(_):
            (ours, theirs), (fate, told) = nursery.socket.socketpair(), nursery.socket.socketpair()
            theirs.sendall(struct.pack("=I", 0) + b"".join(struct.pack("=I", len(body)) + body for body in bodies))
            theirs.shutdown(nursery.socket.SHUT_WR)
            told.sendall(nursery.FATE.pack(0, 0.0))
            kept.extend([theirs, told])
            return ours, fate

        monkeypatch.setattr(nursery, "_child_line", child)

    kept = []
    yield say
    for one in kept:
        one.close()


PAGES = '"pages": [[612, 792]]'
LIES = [
    '{"done": {"refused": []}}',
    '{"done": {"refused": {}, "pages": -1}}',
    '{"done": {"refused": "file.corrupt", "pages": 1e999}}',
    f'{{"done": {{"refused": "file.corrupt", "pages": {"9" * 4000}}}}}',
    '{"done": "refused"}',
    '{"done": 5}',
    '{"so far": [1]}',
    f'{{"done": {{{PAGES}, "flags": 5}}}}',
    f'{{"done": {{{PAGES}, "kind": []}}}}',
    '{"done": {"pages": [[1e999, 792]]}}',
    '{"done": {"pages": [[NaN, Infinity]]}}',
    f'{{"done": {{"pages": [[{"9" * 400}, 792]]}}}}',
    '{"done": {"pages": [["612", true]]}}',
    '{"done": {"pages": [5]}}',
    "Infinity",
    "[]",
    "\udcff",
    "[" * 50_000,
    '{"done":' * 10_000,
]


@pytest.mark.parametrize("lie", LIES, ids=range(len(LIES)))
def test_an_answer_out_of_shape_is_a_corrupt_file_and_nothing_worse(tmp_path, a_child_that_says, lie):
    path = original(tmp_path)
    a_child_that_says(lie.encode("utf-8", "surrogateescape"))
    found = OPENER.inspect(path)
    assert found == Refused("file.corrupt")


def test_more_pages_than_were_allowed_are_too_many_whoever_says_so(tmp_path, a_child_that_says):
    a_child_that_says(b'{"done": {"pages": [[612, 792], [612, 792]]}}')
    assert ChildOpener(RenderRules(max_pages=1)).inspect(original(tmp_path)) == Refused("file.too_large", 2)


FACTS = '"number": 1, "size": [72, 72], "dpi": [72, 72]'
PAGE_LIES = [
    '{"at": []}',
    '{"page": 1}',
    '{"page": {"number": []}}',
    f'{{"page": {{{FACTS}, "layer": [["Roe", 0, 0, 1, 1, Infinity]]}}}}',
    f'{{"page": {{{FACTS}, "layer": [["Roe", 0, 0, 1, 1, 1e999]]}}}}',
    f'{{"page": {{{FACTS}, "layer": [["Roe", 0, 0, 1, 1, [1]]]}}}}',
    f'{{"page": {{{FACTS}, "layer": [["Roe", 0, 0, 1, 1]]}}}}',
    f'{{"page": {{{FACTS}, "layer": 5}}}}',
    f'{{"page": {{{FACTS}, "image_share": "nan"}}}}',
    f'{{"page": {{{FACTS}, "image_share": {"9" * 400}}}}}',
    '{"page": {"number": 1, "size": [72, 72], "dpi": [72]}}',
]


@pytest.mark.parametrize("lie", PAGE_LIES, ids=range(len(PAGE_LIES)))
def test_a_page_told_out_of_shape_is_unreadable_and_nothing_worse(tmp_path, a_child_that_says, lie):
    path, opened = original(tmp_path), Opened(FileKind.PDF, (PageFacts(1, 72.0, 72.0),))
    (tmp_path / "page-0001.pgm").write_bytes(b"P5\n72 72\n255\n" + bytes(72 * 72))
    a_child_that_says(f'{{"page": {{{FACTS}}}}}'.encode())
    assert OPENER.render(path, opened, [1], tmp_path)[0].problem is None
    a_child_that_says(lie.encode())
    assert OPENER.render(path, opened, [1], tmp_path)[0].problem == "image.unreadable"


@pytest.mark.parametrize(
    ("said", "told"), [('"ENOSPC"', "ENOSPC"), ('"Jane Roe, 1 Jan 1970"', "unknown trouble"), ('["Jane Roe"]', "unknown trouble")]
)
def test_what_a_child_says_of_the_machine_is_passed_on_only_in_our_own_words(tmp_path, a_child_that_says, said, told):
    a_child_that_says(f'{{"machine": {said}}}'.encode())
    with pytest.raises(EngineFault, match=told) as fault:
        OPENER.inspect(original(tmp_path))
    assert "Roe" not in str(fault.value)
