"""Shuts a child in: it may read the programs and its one file, write below its one folder, open no connection and signal nobody outside.

Knows Linux' Landlock (kernel 5.13 and later, through its system calls) and the call gate; where the kernel has one of them only, the other stands.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path
from typing import Any

from pipeline.engines.callgate import shut_calls

CREATE, ADD, RESTRICT = 444, 445, 446  # the same numbers on every architecture
NO_NEW_PRIVILEGES, PARENT_DEATH_SIGNAL = 38, 1
EXECUTE, WRITE, READ, LIST, TRUNCATE, DEVICE = 1, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15
EVERYTHING = ((1 << 13) - 1, (1 << 14) - 1, (1 << 15) - 1, (1 << 15) - 1, (1 << 16) - 1)  # by version, from 1
ON_FILES = EXECUTE | WRITE | READ | TRUNCATE | DEVICE
PROGRAMS = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/fonts", "/etc/alternatives", "/etc/localtime", "/var/cache/fontconfig")


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def fence(request: dict[str, Any]) -> None:
    """Close everything but the request's `original` (to read) and `into` (to write), as far as the kernel can; `selftest` says how far."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(PARENT_DEATH_SIGNAL, 9, 0, 0, 0)
    libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    _shut_files(libc, request)
    shut_calls(libc)


def _shut_files(libc: ctypes.CDLL, request: dict[str, Any]) -> None:
    version = libc.syscall(CREATE, None, 0, 1)
    if version < 1:
        return
    every = EVERYTHING[min(version, 5) - 1]
    rules = _Ruleset(every, 3, 3)  # TCP to bind and to connect; abstract sockets and signals
    ruleset = libc.syscall(CREATE, ctypes.byref(rules), 24 if version >= 6 else 16 if version >= 4 else 8, 0)
    if ruleset < 0:
        return
    for path in _readable(request):
        _allow(libc, ruleset, path, (READ | LIST | EXECUTE) & every)
    for path in ("/dev/null", *([request["into"]] if request.get("into") else [])):
        _allow(libc, ruleset, path, every & ~EXECUTE)
    libc.syscall(RESTRICT, ruleset, 0)
    os.close(ruleset)


def _readable(request: dict[str, Any]) -> list[str]:
    """The programs, fonts and code a reader needs, and the one file."""
    here = Path(__file__).resolve().parents[1]
    searched = [place for name in ("PATH", "LD_LIBRARY_PATH") for place in os.environ.get(name, "").split(":") if place]
    return [*PROGRAMS, *searched, sys.prefix, sys.base_prefix, str(here), str(here.parent / "schemas"), "/dev/urandom", request["original"]]


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, access: int) -> None:
    """Allow `access` to a file, or below a folder. A path that is not there needs no rule."""
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    allowed = access if Path(path).is_dir() else access & ON_FILES
    libc.syscall(ADD, ruleset, 1, ctypes.byref(_Beneath(allowed, place)), 0)
    os.close(place)
