"""Single sign-on against a small provider that speaks the real protocol on a socket: discovery, code with PKCE, signed ID token, keys."""

import base64
import hashlib
import json
import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from schemas.config import Oidc
from schemas.faults import ConfigFault


class Provider(ThreadingHTTPServer):
    """Vouches for whoever `who` says; `twist` changes what it says, to see that lies are not believed."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Answers)
        self.issuer = f"http://127.0.0.1:{self.server_port}"
        self.key, self.stranger = (RSAKey.generate_key(2048, parameters={"kid": "k1"}) for _ in range(2))
        self.who, self.twist, self.grants, self.signer = "some-clerk", {}, {}, None

    def authorize(self, url):
        """What a browser would do at the provider's door: the address it is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert asked["code_challenge_method"] == "S256"
        assert asked["response_type"] == "code"
        code = f"code{len(self.grants)}"
        self.grants[code] = asked
        return f"/oidc/back?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form):
        grant = self.grants.pop(form["code"])
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        assert challenge == grant["code_challenge"]
        assert form["redirect_uri"] == grant["redirect_uri"]
        claims = {
            "iss": self.issuer,
            "aud": "chartroom",
            "exp": int(time.time()) + 3 * 10**8,
            "nonce": grant["nonce"],
            "preferred_username": self.who,
        }
        signed = jwt.encode({"alg": "RS256", "kid": "k1"}, claims | self.twist, self.signer or self.key)
        return {"access_token": "a", "token_type": "Bearer", "id_token": signed}


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        facts = {
            "issuer": server.issuer,
            **{name: f"{server.issuer}/{name}" for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")},
        }
        self.say(facts if self.path.startswith("/.well-known/openid-configuration") else {"keys": [server.key.as_dict(private=False)]})

    def do_POST(self):
        assert self.headers["Authorization"] == "Basic " + base64.b64encode(b"chartroom:shared").decode()
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.say(self.server.token({name: values[0] for name, values in form.items()}))

    def say(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def provider():
    server = Provider()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def client(desk, provider, tmp_path):
    provider.who, provider.twist, provider.signer = "some-clerk", {}, None
    desk.user("clerk")
    (tmp_path / "secret").write_text("shared\n")
    desk.config = replace(desk.config, oidc=Oidc(issuer=provider.issuer, client_secret_file=str(tmp_path / "secret")))
    return desk.client()


def go(client, provider):
    return client.get(provider.authorize(client.get("/oidc/start").headers["location"]))


def test_who_is_vouched_for_is_in_with_the_rights_they_have_here(client, provider, desk):
    assert "Sign in through the house" in client.get("/sign-in").text
    answer = go(client, provider)
    assert answer.status_code == 200
    assert "samesite=strict" in answer.headers["set-cookie"].lower()
    assert client.get("/queue").status_code == 200
    assert client.get("/people").status_code == 404
    assert [entry.actor for entry in desk.trail("session.begun")] == ["user:id-some-clerk"]


@pytest.mark.parametrize(
    "twist",
    [{"iss": "http://evil.example"}, {"aud": "other"}, {"aud": ["chartroom", "other"]}, {"exp": 1}, {"exp": None}, {"nonce": "x"}, {"nonce": None}]
    + [{"preferred_username": value} for value in ("", None, 7, "nobody-here", "gone")],
)
def test_what_does_not_fit_is_not_believed(client, provider, desk, twist):
    desk.user("clerk", "gone")
    desk.client("lead").post("/people/id-gone/switch")
    provider.twist = twist
    assert go(client, provider).status_code == 422
    assert client.get("/queue").headers["location"] == "/sign-in"
    assert len(desk.trail("session.not_vouched")) == 1


def test_a_strangers_signature_is_not_believed(client, provider):
    provider.signer = provider.stranger
    assert go(client, provider).status_code == 422


def test_an_answer_counts_once_in_the_browser_that_began_and_in_time(client, provider, desk):
    back = provider.authorize(client.get("/oidc/start").headers["location"])
    assert desk.client().get(back).status_code == 422  # another browser
    assert client.get(back.replace("state=", "state=x")).status_code == 422  # and with it the try is over
    assert client.get(back).status_code == 422
    back = provider.authorize(client.get("/oidc/start").headers["location"])
    desk.pass_time(minutes=10)
    assert client.get(back).status_code == 422


def test_nothing_is_there_when_no_provider_is_set(desk):
    client = desk.client()
    assert "through the house" not in client.get("/sign-in").text
    assert [client.get(path).status_code for path in ("/oidc/start", "/oidc/back?code=1&state=2")] == [404, 404]


def test_a_provider_that_does_not_answer_is_told_in_words(client, desk, provider, tmp_path):
    desk.config = replace(desk.config, oidc=replace(desk.config.oidc, issuer="http://127.0.0.1:9"))
    answer = desk.client().get("/oidc/start")
    assert (answer.status_code, "ask IT" in answer.text) == (502, True)


def test_the_provider_is_reached_over_an_encrypted_line_alone(desk):
    desk.config = replace(desk.config, oidc=Oidc(issuer="http://idp.example"))
    with pytest.raises(ConfigFault, match="https"):
        desk.app()
