"""Where a worker's libraries write in passing: never into the folder for everybody's temporary files."""

import os
import tempfile

import pytesseract

from workers.work import write_temporary_files_to


def test_an_engines_temporary_files_lie_below_the_workers_scratch_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", "/elsewhere")
    write_temporary_files_to(tmp_path)
    with pytesseract.pytesseract.save("a.png") as (name, _):
        assert name.startswith(str(tmp_path))
    assert os.environ["TMPDIR"] == str(tmp_path)
