"""The tree of processes under `chartroom up`."""

import subprocess
import time

from workers.supervise import Child, Tree


def test_tree_lives_on_when_nothing_can_be_said_and_a_child_cannot_be_started(monkeypatch):
    def full(line):
        raise OSError(28, "No space left on device")

    def none_left(*_, **__):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(subprocess, "Popen", none_left)
    tree = Tree([Child("worker 0", ("workers.work",))], full)
    tree.tend()
    assert tree.children[0].process is None
    assert tree.children[0].not_before > time.monotonic()
