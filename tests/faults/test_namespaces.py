"""The second layer: namespaces by bubblewrap around what opens files, where they can be had; the first layer alone where not."""

import shutil
from pathlib import Path

import pikepdf
import pytest

from pipeline.engines import namespaces, nursery
from pipeline.engines.namespaces import around
from pipeline.engines.opener import ChildOpener
from pipeline.engines.selftest import survey
from pipeline.engines.walled import run_walled
from schemas.rules import RenderRules
from workers.supervise import told_of_walls


def programs(folder, script):
    """A folder of programs in which bubblewrap is a script, or is missing."""
    folder.mkdir()
    for name in ("true", "pdfinfo", "pdftoppm", "pdftotext", "sh"):
        (folder / name).symlink_to(shutil.which(name))
    if script:
        (folder / "bwrap").write_text(f"#!/bin/sh\n{script}\n")
        (folder / "bwrap").chmod(0o700)
    return folder


@pytest.fixture(autouse=True)
def _fresh():
    """The server that bears children is started anew before and after."""
    yield
    nursery._servers.clear()
    around.cache_clear()


def opens(tmp_path):
    with pikepdf.new() as made:
        made.add_blank_page(page_size=(72, 144))
        made.save(tmp_path / "original")
    opener = ChildOpener(RenderRules())
    opened = opener.inspect(tmp_path / "original")
    [page] = opener.render(tmp_path / "original", opened, [1], tmp_path)
    return (page.width_pt, page.height_pt, page.problem) == (72, 144, None)


@pytest.mark.skipif(not around(), reason="bubblewrap is not installed, or the kernel does not let it: `make test` installs it")
def test_where_they_can_be_had_they_lie_around_every_child(tmp_path):
    assert opens(tmp_path)
    found = survey()
    assert found.namespaces
    assert all(found.walls.values())
    assert told_of_walls() == "all stand; namespaces besides (bubblewrap)"
    assert run_walled(["readlink", "/proc/self/ns/net"], b"", 20).decode().strip() != str(Path("/proc/self/ns/net").readlink())


@pytest.mark.parametrize("script", ["", "exit 1", "echo no permissions >&2; exit 1"], ids=["missing", "refused", "said why"])
def test_where_not_the_first_layer_stands_alone_and_that_is_told(tmp_path, monkeypatch, script):
    monkeypatch.setenv("PATH", str(programs(tmp_path / "bin", script)))
    nursery._servers.clear()
    around.cache_clear()
    assert namespaces.around() == ()
    assert opens(tmp_path)
    found = survey()
    assert not found.namespaces
    assert found.walls["network"]
    assert "no namespaces besides" in told_of_walls()
