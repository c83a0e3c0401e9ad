"""Proofs of who somebody is: passwords, one-time codes, random secrets and their digests, and the seal on what must be read back."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
from datetime import datetime, timedelta

import pyotp
import zxingcpp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SHORTEST, LONGEST = 12, 128
STEP_SECONDS = 30
FREE_TRIES, FIRST_PAUSE, LONGEST_PAUSE = 5, timedelta(seconds=30), timedelta(minutes=15)

_hasher = PasswordHasher()
_two_at_once = threading.BoundedSemaphore(2)  # each takes 64 MB and every core
_nobody = _hasher.hash(secrets.token_urlsafe(16))


def new_secret() -> str:
    """A secret nobody guesses: 256 random bits."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is kept of a random secret; it needs no salt, for it is random."""
    return hashlib.sha256(secret.encode()).hexdigest()


def csrf_of(session_secret: str) -> str:
    """The token that a page carries to show that its form is ours; it follows from the session and cannot be turned back."""
    return hashlib.sha256(f"form:{session_secret}".encode()).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    with _two_at_once:
        return _hasher.hash(password)


def fits(password: str, password_hash: str | None) -> bool:
    """Whether a password is right; as slow for a name without one as for any other."""
    with _two_at_once:
        try:
            return _hasher.verify(password_hash or _nobody, password) and password_hash is not None
        except (VerificationError, InvalidHashError):
            return False


def wrong_with(password: str, again: str, name: str) -> str:
    """Why a new password cannot be, in one sentence; empty when it can."""
    if password != again:
        return "The two passwords differ."
    if not SHORTEST <= len(password) <= LONGEST:
        return f"A password has {SHORTEST} to {LONGEST} signs. A few words in a row are easy to keep in mind."
    if name and name.lower() in password.lower():
        return "The password must not hold the name you sign in with."
    return "Choose more different signs." if len(set(password)) < 5 else ""


def pause_after(failures: int) -> timedelta | None:
    """How long a name is locked after so many failed tries in a row: none at first, then twice as long each time."""
    beyond = failures - FREE_TRIES
    return None if beyond < 0 else min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(beyond, 10))


def totp_candidate(key: bytes, session_hash: str) -> str:
    """The second-factor secret offered in a session; the same each time the page is shown, and kept nowhere until a code proves it."""
    return base64.b32encode(hmac.digest(key, f"totp:{session_hash}".encode(), "sha256")[:20]).decode()


def totp_uri(secret: str, name: str) -> str:
    """What an authenticator app reads."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name="Chartroom")


def totp_step(secret: str, code: str, now: datetime) -> int | None:
    """The time step that a code belongs to, this one or a neighbour; None when it is wrong."""
    totp, plain = pyotp.TOTP(secret), "".join(code.split())
    this = int(now.timestamp()) // STEP_SECONDS
    return next((step for step in (this, this - 1, this + 1) if same(totp.at(step * STEP_SECONDS), plain)), None)


def qr_svg(text: str) -> str:
    """A QR code as SVG."""
    return str(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_svg(add_quiet_zones=True))


def seal(key: bytes, plain: str, about: str) -> str:
    """AES-256-GCM, bound to what it is about."""
    nonce = secrets.token_bytes(12)
    return base64.b64encode(nonce + AESGCM(key).encrypt(nonce, plain.encode(), about.encode())).decode()


def unseal(key: bytes, sealed: str, about: str) -> str | None:
    """What was sealed; None when the key, the subject or the bytes are not those of the sealing."""
    try:
        raw = base64.b64decode(sealed, validate=True)
        return AESGCM(key).decrypt(raw[:12], raw[12:], about.encode()).decode()
    except (InvalidTag, ValueError):
        return None
