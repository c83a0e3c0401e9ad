"""OpenID Connect: sends somebody to the house's identity provider and believes the name that comes back, signed, for this one try.

Authorization code flow with PKCE (RFC 7636), state and nonce (OpenID Connect Core 1.0, 3.1).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import httpx
from authlib.common.errors import AuthlibBaseError
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from review import proofs

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]  # never none, nor one that the client's own secret could sign
SECONDS = 10.0
LEEWAY = 60


class Try(NamedTuple):
    """What this one sign-in must come back with. Kept sealed in the browser that began it."""

    state: str
    nonce: str
    verifier: str
    until: float

    def packed(self) -> str:
        """As text."""
        return json.dumps(self)


def unpacked(text: str) -> Try:
    """What was packed."""
    return Try(*json.loads(text))


class NotBelieved(Exception):
    """The provider's answer does not prove anybody; the text is a kind, never what was sent."""


@dataclass(frozen=True)
class Provider:
    """The house's identity provider and how it knows this program."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str  # of the ID token, that holds the name people have here

    def start(self, back: str, until: datetime) -> tuple[str, Try]:
        """Where to send the browser, and what to hold the answer against."""
        begun = Try(proofs.new_secret(), proofs.new_secret(), proofs.new_secret(), until.timestamp())
        with self._client(back) as client:
            url, _ = client.create_authorization_url(
                self._facts()["authorization_endpoint"], state=begun.state, nonce=begun.nonce, code_verifier=begun.verifier
            )
        return str(url), begun

    def name(self, begun: Try, back: str, code: str, now: datetime) -> str:
        """The name that the provider vouches for. NotBelieved when anything does not fit."""
        facts = self._facts()
        try:
            with self._client(back) as client:
                answer = client.fetch_token(facts["token_endpoint"], code=code, code_verifier=begun.verifier)
            keys = KeySet.import_key_set(_fetched(facts["jwks_uri"]))
            claims = jwt.decode(str(answer["id_token"]), keys, algorithms=ALGORITHMS).claims
        except (AuthlibBaseError, JoseError, httpx.HTTPError, KeyError, ValueError) as error:
            raise NotBelieved(type(error).__name__) from None
        return self._believed(claims, begun, now)

    def _believed(self, claims: dict[str, Any], begun: Try, now: datetime) -> str:
        heard = [claims["aud"]] if isinstance(claims.get("aud"), str) else claims.get("aud") or []
        ours = heard == [self.client_id] or (self.client_id in heard and claims.get("azp") == self.client_id)
        fresh = isinstance(claims.get("exp"), int | float) and claims["exp"] + LEEWAY > now.timestamp()
        mine = isinstance(claims.get("nonce"), str) and proofs.same(claims["nonce"], begun.nonce)
        name = claims.get(self.claim)
        if not (claims.get("iss") == self.issuer and ours and fresh and mine and isinstance(name, str) and name):
            raise NotBelieved("claims")
        return name.lower()

    def _client(self, back: str) -> Any:
        from authlib.integrations.httpx_client import OAuth2Client  # here, for it warns of httpx2 as soon as it is imported

        return OAuth2Client(
            self.client_id, self.client_secret, scope="openid profile", redirect_uri=back, code_challenge_method="S256", timeout=SECONDS
        )

    def _facts(self) -> dict[str, Any]:
        """The provider's own description; it must be of the issuer that was named."""
        facts: dict[str, Any] = _fetched(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if facts.get("issuer") != self.issuer:
            raise NotBelieved("issuer")
        return facts


def _fetched(url: str) -> Any:
    try:
        return httpx.get(url, timeout=SECONDS).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise NotBelieved(type(error).__name__) from None
