"""The configuration as a value. Reading files and the environment is for workers.settings; this only checks and fills in."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Literal

from annotated_types import Ge, Interval, MinLen

from schemas import rules
from schemas.faults import ConfigFault
from schemas.source import Priority


@dataclass(frozen=True)
class Folder:
    """A watched folder."""

    name: Annotated[str, MinLen(1)]
    path: Annotated[str, MinLen(1)]
    facility: str = ""
    priority: Priority = Priority.NORMAL
    quiet_seconds: Annotated[float, Ge(0)] = 5.0
    mode: Literal["events", "poll"] = "events"
    scan_seconds: rules.Seconds = 3.0
    receipts: str = ""  # folder for receipts; empty: a sibling named <folder>-receipts


@dataclass(frozen=True)
class Objects:
    """Where originals and filed documents are kept."""

    kind: Literal["filesystem", "s3"] = "filesystem"
    path: str = "objects"  # below the data folder
    key_file: str = ""  # seals what is kept from now on
    scrub_days: rules.Count = 30  # in which every object is read once
    endpoint: str = ""
    bucket: str = "chartroom"
    access_key_file: str = ""
    secret_key_file: str = ""
    secure: bool = True


@dataclass(frozen=True)
class Index:
    """The index database; empty: SQLite below the data folder."""

    url: str = ""
    password_file: str = ""


@dataclass(frozen=True)
class Engine:
    """Durable work: where its journal is, and how many worker processes there are (0: one a core)."""

    url: str = ""
    password_file: str = ""
    slots: Annotated[int, Ge(0)] = 0
    poll_seconds: rules.Seconds = 0.5
    attempts: rules.Count = 3
    lease_seconds: Annotated[float, Ge(1)] = 20.0  # on a shared index: who is not heard of for so long is dead


@dataclass(frozen=True)
class Web:
    """The review application."""

    host: str = "127.0.0.1"
    port: Annotated[int, Interval(ge=0, le=65535)] = 8470
    names: tuple[str, ...] = ()  # host names it is reached by, besides its address
    tls_certificate: str = ""  # files in PEM; without both it listens to this computer alone
    tls_key: str = ""
    second_factor: Literal["required", "optional"] = "required"


@dataclass(frozen=True)
class Oidc:
    """The house's identity provider; empty: people sign in with a password of their own."""

    issuer: str = ""
    client_id: str = "chartroom"
    client_secret_file: str = ""
    claim: str = "preferred_username"


@dataclass(frozen=True)
class Seal:
    """Where the head of the audit trail is sealed: a folder on another disk; empty: below the data folder, which proves less."""

    folder: str = ""
    every_minutes: rules.Count = 60


@dataclass(frozen=True)
class Log:
    """How processes say what they do: lines for people, or JSON for programs."""

    form: Literal["text", "json"] = "text"


def is_loopback(host: str) -> bool:
    """Whether an address is this computer's own."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check_line(web: Web) -> None:
    """ConfigFault when passwords and pages would go over an open line, or half of what TLS needs is set."""
    if bool(web.tls_certificate) != bool(web.tls_key):
        raise ConfigFault("TLS needs a certificate and its key.", next_step="Set web.tls_certificate and web.tls_key, or neither.")
    if not web.tls_certificate and not is_loopback(web.host):
        raise ConfigFault(
            "Without TLS the review application listens to this computer alone: web.host must be a loopback address.",
            next_step="Set web.tls_certificate and web.tls_key, or web.host to 127.0.0.1.",
        )


@dataclass(frozen=True)
class Config:
    """Everything that can be set."""

    folders: tuple[Folder, ...] = ()
    facility: str = "This facility"
    objects: Objects = Objects()
    index: Index = Index()
    engine: Engine = Engine()
    web: Web = Web()
    oidc: Oidc = Oidc()
    seal: Seal = Seal()
    intake: rules.IntakeRules = rules.IntakeRules()
    render: rules.RenderRules = rules.RenderRules()
    read: rules.ReadRules = rules.ReadRules()
    split: rules.SplitRules = rules.SplitRules()
    classify: rules.ClassifyRules = rules.ClassifyRules()
    extract: rules.ExtractRules = rules.ExtractRules()
    match: rules.MatchRules = rules.MatchRules()
    verify: rules.VerifyRules = rules.VerifyRules()
    sample: rules.AuditSampleRules = rules.AuditSampleRules()
    review: rules.ReviewRules = rules.ReviewRules()
    idle: rules.IdleRules = rules.IdleRules()
    train: rules.TrainRules = rules.TrainRules()
    alarms: rules.AlarmRules = rules.AlarmRules()
    log: Log = Log()
