"""Faults by who must act. Messages carry ids and numbers, never patient data."""

from __future__ import annotations


class Fault(Exception):
    """Something a person must know: a stable code, a sentence, and what to do next."""

    code = "CR-000"

    def __init__(self, sentence: str, *, next_step: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.next_step = next_step

    def __str__(self) -> str:
        return f"{self.sentence} {self.next_step}".strip()


class InputFault(Fault):
    """The sender or the scanner operator must act."""

    code = "CR-INPUT"


class StaleClaim(InputFault):
    """A decision on what is no longer in this person's hands; nothing was written."""

    code = "CR-STALE"


class StoreFault(Fault):
    """Objects or index cannot be reached or refuse; retried unless permanent."""

    code = "CR-STORE"

    def __init__(self, sentence: str, *, next_step: str = "", permanent: bool = False) -> None:
        super().__init__(sentence, next_step=next_step)
        self.permanent = permanent


class KeyMissing(StoreFault):
    """A key that seals objects is not at hand: nobody's file is at fault, all work on what it seals waits."""

    code = "CR-KEY"


class LeaseEnded(StoreFault):
    """Others took this worker for dead and took up its work; nothing was written."""

    code = "CR-LEASE"


class EngineFault(Fault):
    """A reading engine failed or is missing; retried unless permanent."""

    code = "CR-ENGINE"

    def __init__(self, sentence: str, *, next_step: str = "", permanent: bool = False) -> None:
        super().__init__(sentence, next_step=next_step)
        self.permanent = permanent


class Overrun(EngineFault):
    """A reading engine took too long on one page; that page is read by eye."""


class ConfigFault(Fault):
    """The configuration is wrong; refuse to start."""

    code = "CR-CONFIG"


class InvariantBroken(Fault):
    """A promise does not hold; stop this worker and tell someone."""

    code = "CR-INVARIANT"
