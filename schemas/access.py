"""Who may do what: roles, rights, and the values that stand for people, their sessions and an opened glass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    SCANNER = "scanner"  # drops files, sees what became of none
    CLERK = "clerk"
    LEAD = "lead"
    PRIVACY = "privacy"  # reads the audit trail and no documents
    IT = "it"  # keeps the house running and sees no patient data


class Right(StrEnum):
    OWN = "own"  # one's own account: everybody who is signed in
    INTAKE = "intake"
    QUEUE = "queue"
    DOCUMENTS = "documents"
    GLASS = "glass"
    PEOPLE = "people"
    AUDIT = "audit"
    STATUS = "status"
    FIGURES = "figures"


_CLERK = frozenset({Right.OWN, Right.INTAKE, Right.QUEUE, Right.DOCUMENTS, Right.GLASS})
RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.SCANNER: frozenset({Right.OWN, Right.INTAKE}),
    Role.CLERK: _CLERK,
    Role.LEAD: _CLERK | {Right.PEOPLE, Right.STATUS, Right.FIGURES},
    Role.PRIVACY: frozenset({Right.OWN, Right.AUDIT}),
    Role.IT: frozenset({Right.OWN, Right.PEOPLE, Right.STATUS}),
}

# Whom a person may appoint. IT must not make a clerk of anybody, nor the lead somebody who reads the trail of the lead's own acts.
APPOINTS: Mapping[Role, frozenset[Role]] = {
    Role.LEAD: frozenset({Role.SCANNER, Role.CLERK, Role.LEAD}),
    Role.IT: frozenset({Role.SCANNER, Role.PRIVACY, Role.IT}),
}

FIRST_ROLES = (Role.LEAD, Role.IT)  # of the first user, who appoints the others

GLASS_REASONS: Mapping[str, str] = {
    "emergency": "Emergency treatment",
    "safety": "Patient safety",
    "quality": "Quality or misfile review",
    "legal": "Legal or privacy request",
    "other": "Something else",
}


def rights_of(roles: Iterable[Role]) -> frozenset[Right]:
    """Everything that the roles allow together."""
    return frozenset[Right]().union(*(RIGHTS[role] for role in roles))


def may_appoint(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles that somebody with `roles` may give and take."""
    return frozenset[Role]().union(*(APPOINTS.get(role, frozenset()) for role in roles))


@dataclass(frozen=True, slots=True)
class User:
    """A person with an account; `password_hash` and `totp_secret` (sealed) are None until set."""

    id: str
    name: str
    display: str
    roles: tuple[Role, ...]
    active: bool
    password_hash: str | None = None
    totp_secret: str | None = None
    totp_last: int = 0  # the newest time step used: a code counts once
    failures: int = 0
    locked_until: datetime | None = None
    keys: Mapping[str, str] = field(default_factory=dict)  # act → key, where it differs from the shipped map


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. `whole` is False until the second factor was given."""

    token_hash: str
    user_id: str
    begun_at: datetime
    seen_at: datetime
    proved_at: datetime  # when the password was last given
    whole: bool


@dataclass(frozen=True, slots=True)
class Glass:
    """One person's emergency access to one patient's protected documents, until a time, for a reason that is read afterwards."""

    id: str
    user_id: str
    mrn: str
    reason: str
    text: str
    opened_at: datetime
    until: datetime
    reviewed_at: datetime | None = None
    reviewed_by: str | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who asks: an account with its rights, in a session or by a token; `glasses` are those open now."""

    user: User
    rights: frozenset[Right]
    session: Session | None = None
    csrf: str = ""
    glasses: tuple[Glass, ...] = ()

    @property
    def actor(self) -> str:
        """How the audit trail names this person."""
        return f"user:{self.user.id}"
