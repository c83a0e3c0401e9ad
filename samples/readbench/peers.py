"""Fetches what others offer for the same work into a folder of its own, and says how each is called. Nothing of it is installed on the machine.

Debian packages are unpacked, not installed: Ghostscript brings fonts that would change how PDFs are drawn here ever after.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from samples.readbench.meter import CommandFailed

_REQUIREMENTS = Path(__file__).parents[2] / "requirements"
SYSTEM_FONTS = Path("/usr/share/fonts")
CLEANED = ("--deskew", "--rotate-pages", "--clean")
_NAIVE = """
import sys, pdf2image, pytesseract
for source in sys.argv[1:]:
    for image in pdf2image.convert_from_path(source, dpi=300):
        pytesseract.image_to_string(image)
        pytesseract.image_to_data(image)
        pytesseract.image_to_pdf_or_hocr(image, extension="pdf")
"""


@dataclass(frozen=True, slots=True)
class Peers:
    """Where the others' programs lie."""

    debian: Path
    venv: Path

    def ocrmypdf(self, source: Path, target: Path, *options: str, sidecar: Path | None = None, jobs: int = 2) -> list[str]:
        """OCRmyPDF on one file."""
        text = () if sidecar is None else ("--sidecar", str(sidecar))
        return [*self._environment(), str(self.venv / "bin/ocrmypdf"), "-q", "--jobs", str(jobs), *options, *text, str(source), str(target)]

    def ocrmypdf_start(self) -> list[str]:
        """OCRmyPDF without a page to read."""
        return [*self._environment(), str(self.venv / "bin/ocrmypdf"), "--version"]

    def naive(self, *sources: Path) -> list[str]:
        """Three calls of pytesseract a page, as first written by everybody."""
        return [*self._environment(), str(self.venv / "bin/python"), "-c", _NAIVE, *map(str, sources)]

    def _environment(self) -> list[str]:
        """The unpacked programs before the machine's own; threads as each likes, whatever this process was told."""
        root = self.debian.absolute() / "usr"
        libraries = [str(folder.parent) for folder in root.glob("lib/*/libgs.so.*")] + [
            str(folder.parent) for folder in root.glob("lib/*/libav*.so.*")
        ]
        parts = [
            str(folder) for kind in ("Resource/Init", "lib", "Resource/Font", "iccprofiles") for folder in root.glob(f"share/ghostscript/*/{kind}")
        ]
        found = {"LD_LIBRARY_PATH": ":".join(dict.fromkeys(libraries)), "GS_LIB": ":".join(parts)}
        path = f"{root / 'bin'}:{self.venv.absolute() / 'bin'}:{os.environ.get('PATH', '/usr/bin')}"
        return ["env", "-u", "OMP_THREAD_LIMIT", f"PATH={path}", *(f"{name}={value}" for name, value in found.items() if value)]


def fetch_debian(home: Path) -> Path:
    """Fonts and programs of Debian, unpacked below `home`. CommandFailed when they cannot be had."""
    wanted = _REQUIREMENTS / "peers-apt.txt"
    target, archives = home / "debian", home / "archives"
    if _is_fresh(target, wanted):
        return target
    shutil.rmtree(target, ignore_errors=True)
    (archives / "partial").mkdir(parents=True, exist_ok=True)
    quiet = ["-y", "-qq", "--no-install-recommends", "-o", "Debug::NoLocking=true", "-o", f"Dir::Cache::archives={archives.absolute()}"]
    _run(["apt-get", "install", "--download-only", *quiet, *wanted.read_text(encoding="utf-8").split()])
    target.mkdir()
    for package in sorted(archives.glob("*.deb")):
        _run(["dpkg-deb", "-x", str(package), str(target)])
    shutil.rmtree(archives)
    return _mark(target, wanted)


def fetch_python(home: Path) -> Path:
    """The others' Python programs, from the hashed list, in an environment below `home`. CommandFailed when they cannot be had."""
    wanted, target = _REQUIREMENTS / "peers-read.txt", home / "venv"
    uv = str(Path(sys.executable).parent / "uv")
    fresh = _is_fresh(target, wanted)
    if not fresh:
        _run([uv, "venv", "-q", "--clear", "--python", sys.executable, str(target)])
    # compiled, as pip leaves them and `make setup` leaves ours: a program that is compiled anew at each call would be measured too slow
    _run([uv, "pip", "sync", "-q", "--compile-bytecode", "--python", str(target / "bin/python"), "--require-hashes", str(wanted)])
    return target if fresh else _mark(target, wanted)


def _is_fresh(target: Path, wanted: Path) -> bool:
    mark = target / "fetched.txt"
    return mark.is_file() and mark.read_bytes() == wanted.read_bytes()


def _mark(target: Path, wanted: Path) -> Path:
    (target / "fetched.txt").write_bytes(wanted.read_bytes())
    return target


def _run(command: Sequence[str]) -> None:
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise CommandFailed(f"{command[0]}: {type(error).__name__}") from None
    if ran.returncode:
        raise CommandFailed(f"{Path(command[0]).name}: {' '.join(ran.stderr.split())[-160:]}")
