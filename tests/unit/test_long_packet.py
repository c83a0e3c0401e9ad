"""The long packet has as many pages as asked for, and memory is counted below a program and not beside it."""

import subprocess
import sys

from pypdf import PdfReader

from samples.long_packet import memory_below, write_packet

HOLDS = "import subprocess, sys, time; held = b'x' * {megabytes} * 2**20; {more}; print('ready', flush=True); time.sleep(60)"


def test_the_packet_has_the_pages_asked_for(tmp_path):
    write_packet(tmp_path / "packet.pdf", pages=5, seed=3)
    pages = PdfReader(tmp_path / "packet.pdf").pages
    assert len(pages) == 5
    assert all(len(page.images) == 1 for page in pages)


def test_a_worker_counts_with_its_children():
    below = HOLDS.format(megabytes=40, more="pass")
    child = f"subprocess.Popen([sys.executable, '-c', {below!r}], stdout=subprocess.PIPE).stdout.readline()"
    worker = HOLDS.format(megabytes=30, more=child)
    start = f"subprocess.Popen([sys.executable, '-c', {worker!r}], stdout=subprocess.PIPE).stdout.readline()"
    with subprocess.Popen([sys.executable, "-c", HOLDS.format(megabytes=5, more=start)], stdout=subprocess.PIPE, start_new_session=True) as program:
        try:
            assert program.stdout.readline() == b"ready\n"
            held = memory_below(program.pid)
        finally:
            subprocess.run(["pkill", "-KILL", "--session", str(program.pid)], check=True)
    assert 70 < held.worker < 130
    assert held.everything > held.worker
