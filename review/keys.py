"""The keys a clerk works with, and how a person may change them (WCAG 2.1.4: single keys can be remapped or switched to Ctrl)."""

from __future__ import annotations

import re
from collections.abc import Mapping

ACTS: Mapping[str, tuple[str, str]] = {
    "accept": ("Enter", "Accept the proposal"),
    "candidate1": ("1", "Choose candidate 1"),
    "candidate2": ("2", "Choose candidate 2"),
    "candidate3": ("3", "Choose candidate 3"),
    "candidate4": ("4", "Choose candidate 4"),
    "candidate5": ("5", "Choose candidate 5"),
    "search": ("/", "Search for a patient"),
    "none": ("n", "None of these, or new"),
    "rescan": ("r", "Ask for a new scan"),
    "escalate": ("e", "Hand on to the lead"),
    "split": ("s", "Split or merge pages"),
    "cut": ("c", "Set or take away a cut before this page"),
    "page_back": ("[", "Give this page to the document before"),
    "page_on": ("]", "Give this page to the document after"),
    "skip": ("x", "Skip, for a reason"),
    "undo": ("u", "Undo"),
    "next_page": ("j", "Next page"),
    "previous_page": ("k", "Previous page"),
    "evidence": (".", "Next evidence"),
    "larger": ("+", "Larger"),
    "smaller": ("-", "Smaller"),
    "turn": ("t", "Turn the page"),
    "help": ("?", "Show the keys"),
}
NAMED = {"Enter", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "PageUp", "PageDown", "Home", "End", *(f"F{n}" for n in range(1, 13))}
OFF = "off"  # written in place of a key: the act is pressed with the mouse or by Tab
_KEY = re.compile(r"(?:Ctrl\+)?(?:Alt\+)?(?:[!-~]|[A-Z][A-Za-z0-9]+)")


def key_map(own: Mapping[str, str]) -> dict[str, str]:
    """Act → key: the shipped map with a person's own changes; empty where it is switched off."""
    return {act: own.get(act, key).removesuffix(OFF) for act, (key, _) in ACTS.items()}


def with_ctrl() -> dict[str, str]:
    """The preset for speech input: every single sign with Ctrl+Alt, which no browser takes for itself."""
    return {act: f"Ctrl+Alt+{key}" for act, (key, _) in ACTS.items() if len(key) == 1}


def without_single() -> dict[str, str]:
    """The preset that switches every single sign off."""
    return {act: OFF for act, (key, _) in ACTS.items() if len(key) == 1}


def own_keys(given: Mapping[str, str]) -> dict[str, str]:
    """What differs from the shipped map. ValueError says what is wrong, in a sentence."""
    wanted = {act: given.get(act, key).strip() or key for act, (key, _) in ACTS.items()}
    for key in (key for key in wanted.values() if key != OFF):
        name = key.split("+")[-1] if len(key) > 1 else key
        if not _KEY.fullmatch(key) or (len(name) > 1 and name not in NAMED):
            raise ValueError(f"“{key}” is no key: write one sign, Enter, F2, Ctrl+k or off.")
    twice = {key for key in wanted.values() if key != OFF and list(wanted.values()).count(key) > 1}
    if twice:
        raise ValueError(f"“{min(twice)}” stands for two things.")
    return {act: key for act, key in wanted.items() if key != ACTS[act][0]}
