"""Signing in: what proves a person, what is counted and locked, how long a session lasts, and what a one-time link opens."""

import re

import pyotp
import pytest
from web_desk import ORIGIN, PASSWORD

from review import proofs
from schemas.access import Role
from schemas.config import Web
from store import users
from store.database import reading, writing
from workers.users import Desk as Shell
from workers.users import first_link, link_user, switch_user

HASH = proofs.hash_password(PASSWORD)
OPTIONAL = Web(second_factor="optional")


@pytest.fixture
def ann(desk):
    return desk.user("clerk", "ann", password_hash=HASH)


def sign_in(client, name="ann", password=PASSWORD):
    return client.post("/sign-in", data={"name": name, "password": password})


def on_page(page, pattern):
    return re.search(pattern, page.text)[1]


def shell(desk):
    return Shell(desk.stores.index, "shell:test", desk.now)


def code(client, desk, secret=None):
    secret = secret or on_page(client.get("/second-factor"), r'<code class="secret">([A-Z2-7 ]+)<').replace(" ", "")
    client.headers["X-Chartroom-Token"] = on_page(client.get("/second-factor"), r'name="token" value="(\w+)"')
    return secret, client.post("/second-factor", data={"code": pyotp.TOTP(secret).at(desk.now)})


def test_password_then_code_then_work(desk, ann):
    client = desk.client()
    half = sign_in(client)
    assert half.headers["location"] == "/second-factor"
    assert client.get("/queue").headers["location"] == "/second-factor"
    before = client.cookies["chartroom"]
    _, answer = code(client, desk)
    assert answer.headers["location"] == "/"
    assert client.cookies["chartroom"] != before
    assert client.get("/queue").status_code == 200
    assert [entry.action for entry in desk.trail() if entry.subject == ann.id][-3:] == ["session.password", "user.second_factor_set", "session.begun"]


def test_a_code_counts_once_and_a_neighbouring_one_too(desk, ann):
    client = desk.client()
    sign_in(client)
    secret, _ = code(client, desk)
    other = desk.client()
    sign_in(other)
    assert code(other, desk, secret)[1].status_code == 422
    desk.pass_time(seconds=30)
    assert code(other, desk, secret)[1].status_code == 303
    desk.pass_time(seconds=300)
    late = desk.client()
    sign_in(late)
    late.headers["X-Chartroom-Token"] = on_page(late.get("/second-factor"), r'name="token" value="(\w+)"')
    assert late.post("/second-factor", data={"code": pyotp.TOTP(secret).at(desk.now, counter_offset=-2)}).status_code == 422
    assert late.get("/second-factor/picture").status_code == 404


def test_the_picture_holds_the_secret_that_the_page_names(desk, ann):
    import zxingcpp
    from PIL import Image

    client = desk.client()
    sign_in(client)
    secret = on_page(client.get("/second-factor"), r'<code class="secret">([A-Z2-7 ]+)<').replace(" ", "")
    svg = client.get("/second-factor/picture").text
    size = int(re.search(r'<svg width="(\d+)"', svg)[1])
    picture = Image.new("L", (size, size), 255)
    for x, y, w, h in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", svg):
        picture.paste(0, (int(x), int(y), int(x) + int(w), int(y) + int(h)))
    (found,) = zxingcpp.read_barcodes(picture.resize((size * 8, size * 8), Image.Resampling.NEAREST))
    assert pyotp.parse_uri(found.text).secret == secret


def test_the_sealed_secret_is_not_the_secret(desk, ann):
    client = desk.client()
    sign_in(client)
    secret, _ = code(client, desk)
    with reading(desk.stores.index) as conn:
        sealed = users.get(conn, ann.id).totp_secret
    assert secret not in sealed
    key = (desk.folder / "keys" / "access.key").read_bytes()
    assert proofs.unseal(key, sealed, ann.id) == secret
    assert proofs.unseal(key, sealed, "somebody else") is None


@pytest.mark.parametrize(
    ("name", "password"), [("ann", "wrong words in a row"), ("bob", PASSWORD), ("", ""), ("ann'--", PASSWORD), ("gone", PASSWORD), ("new", PASSWORD)]
)
def test_whatever_is_wrong_looks_the_same(desk, ann, name, password):
    desk.user("clerk", "gone", password_hash=HASH)
    switch_user(shell(desk), "gone", active=False)
    desk.user("clerk", "new")
    answer, plain = sign_in(desk.client(), name, password), sign_in(desk.client(), "nobody-there", "wrong words in a row")
    assert answer.status_code == 422
    assert answer.text == plain.text
    assert "set-cookie" not in answer.headers


def test_tries_are_counted_and_the_name_waits_longer_each_time(desk, ann):
    client = desk.client(web=OPTIONAL)
    for _ in range(5):
        assert sign_in(client, password="wrong words in a row").status_code == 422
    assert sign_in(client).status_code == 422  # the right one is not even looked at
    assert [entry.action for entry in desk.trail() if entry.action.startswith("session.")] == ["session.refused"] * 5 + ["session.locked"]
    desk.pass_time(seconds=31)
    sign_in(client, password="wrong words in a row")
    desk.pass_time(seconds=31)
    assert sign_in(client).status_code == 422
    desk.pass_time(seconds=31)
    assert sign_in(client).headers["location"] == "/"
    with reading(desk.stores.index) as conn:
        assert users.get(conn, ann.id).failures == 0


def test_a_right_password_buys_no_more_tries_at_the_code(desk, ann):
    first = desk.client()
    sign_in(first)
    secret, _ = code(first, desk)
    desk.pass_time(minutes=5)
    wrong = f"{(int(pyotp.TOTP(secret).at(desk.now)) + 1) % 10**6:06}"
    thief = desk.client()
    for _ in range(5):
        assert sign_in(thief).headers["location"] == "/second-factor"
        thief.headers["X-Chartroom-Token"] = on_page(thief.get("/second-factor"), r'name="token" value="(\w+)"')
        thief.post("/second-factor", data={"code": wrong})
    with reading(desk.stores.index) as conn:
        assert users.get(conn, ann.id).failures == 5
    for _ in range(2):
        assert sign_in(thief).status_code in {303, 422}
        assert code(thief, desk, secret)[1].status_code == 422  # locked: not even the right code is looked at
    desk.pass_time(minutes=1)
    sign_in(thief)
    assert code(thief, desk, secret)[1].headers["location"] == "/"
    with reading(desk.stores.index) as conn:
        assert users.get(conn, ann.id).failures == 0


def test_the_pause_doubles_up_to_a_quarter_of_an_hour():
    pauses = [proofs.pause_after(count) for count in range(20)]
    assert pauses[:5] == [None] * 5
    assert [pause.total_seconds() for pause in pauses[5:]][:6] == [30, 60, 120, 240, 480, 900]
    assert max(pauses[5:]).total_seconds() == 900


def test_an_idle_session_ends_and_a_busy_one_after_twelve_hours(desk):
    client = desk.client("clerk")
    desk.pass_time(minutes=14)
    assert client.get("/queue").status_code == 200
    desk.pass_time(minutes=14)
    assert client.get("/account").status_code == 200
    desk.pass_time(minutes=14)
    assert client.get("/queue").status_code == 200
    desk.pass_time(minutes=15)
    assert client.get("/queue").headers["location"] == "/sign-in"
    client = desk.client("clerk")
    for _ in range(71):
        desk.pass_time(minutes=10)
        assert client.get("/queue").status_code == 200
    desk.pass_time(minutes=10)
    assert client.get("/queue").headers["location"] == "/sign-in"


def test_signing_out_ends_the_session_for_everybody_who_knows_the_cookie(desk):
    client, thief = desk.client("clerk"), desk.client()
    thief.cookies.set("chartroom", client.cookies["chartroom"])
    answer = client.post("/sign-out")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert thief.get("/queue").headers["location"] == "/sign-in"


def test_on_an_encrypted_line_the_cookie_keeps_to_its_host(desk, ann):
    web = Web(tls_certificate="c.pem", tls_key="k.pem", second_factor="optional")
    answer = sign_in(desk.client(web=web, base="https://127.0.0.1:8470"))
    said = answer.headers["set-cookie"]
    assert said.startswith("__Host-chartroom=")
    assert {part.strip().lower() for part in said.split(";")[1:]} == {"secure", "httponly", "path=/", "samesite=strict"}


def test_only_the_digest_of_a_session_is_kept(desk, ann):
    client = desk.client(web=OPTIONAL)
    sign_in(client)
    assert client.cookies["chartroom"].encode() not in (desk.folder / "index.db").read_bytes() + (desk.folder / "index.db-wal").read_bytes()


def test_weighty_doors_ask_for_the_password_anew(desk):
    desk.user("lead", "lea", password_hash=HASH)
    client = desk.client()
    desk.sign_in(client, "id-lea")
    assert client.get("/people").status_code == 200
    desk.pass_time(minutes=6)
    assert client.get("/people").headers["location"] == "/prove?to=people"
    assert client.post("/people/id-x/switch").headers["location"] == "/prove?to=people"
    assert client.post("/prove", data={"password": "wrong words in a row", "to": "people"}).status_code == 422
    assert client.post("/prove", data={"password": PASSWORD, "to": "people"}).headers["location"] == "/people"
    assert client.get("/people").status_code == 200
    assert client.post("/prove", data={"password": PASSWORD, "to": "//evil.example"}).headers["location"] == "/"


def test_the_first_link_makes_the_first_user_once(desk):
    first, link = first_link(shell(desk)), first_link(shell(desk))
    client = desk.client()
    assert client.get(first).status_code == 404  # a newer one takes its place
    words = {"name": "ann", "display": "Ann Lee", "password": PASSWORD, "again": PASSWORD}
    for wrong in (
        {"again": "other"},
        {"password": "short", "again": "short"},
        {"name": "A B"},
        {"password": "ann ann ann ann", "again": "ann ann ann ann"},
    ):
        assert client.post(link, data=words | wrong).status_code == 422
    assert client.post(link, data=words).headers["location"] == "/sign-in"
    assert client.post(link, data=words | {"name": "eve"}).status_code == 404
    assert first_link(shell(desk)) is None
    with reading(desk.stores.index) as conn:
        (user,) = users.listing(conn)
    assert (user.name, user.display, user.roles) == ("ann", "Ann Lee", (Role.LEAD, Role.IT))
    assert sign_in(client).headers["location"] == "/second-factor"


def test_a_link_ends_after_a_day_and_with_its_account(desk, ann):
    link = link_user(shell(desk), "ann")
    client = desk.client()
    assert client.get(link).status_code == 200
    desk.pass_time(hours=24)
    assert client.get(link).status_code == 404
    link = link_user(shell(desk), "ann")
    switch_user(shell(desk), "ann", active=False)
    assert client.get(link).status_code == 404


def test_a_new_link_replaces_password_and_second_factor_and_ends_what_is_open(desk):
    desk.user("clerk", "ann", password_hash=HASH, totp_secret="sealed")
    client = desk.client()
    desk.sign_in(client, "id-ann")
    link = link_user(shell(desk), "ann")
    assert client.get("/queue").status_code == 200  # the link alone changes nothing
    desk.client().post(link, data={"password": "other words in a row", "again": "other words in a row"})
    assert client.get("/queue").headers["location"] == "/sign-in"
    with reading(desk.stores.index) as conn:
        assert users.get(conn, "id-ann").totp_secret is None
    assert sign_in(desk.client()).status_code == 422
    assert sign_in(desk.client(), password="other words in a row").status_code == 303


def test_a_disabled_account_is_out_at_once(desk):
    client = desk.client("clerk")
    switch_user(shell(desk), "some-clerk", active=False)
    assert client.get("/queue").headers["location"] == "/sign-in"


def test_the_own_password_is_changed_with_the_old_one_and_ends_every_session(desk, ann):
    client = desk.client()
    desk.sign_in(client, ann.id)
    new = {"password": "other words in a row", "again": "other words in a row"}
    assert client.post("/account/password", data={"old": "wrong words in a row", **new}).status_code == 422
    assert client.post("/account/password", data={"old": PASSWORD, **new}).status_code == 303
    assert client.get("/queue").headers["location"] == "/sign-in"
    with writing(desk.stores.index) as conn:
        assert proofs.fits("other words in a row", users.get(conn, ann.id).password_hash)


def test_no_more_than_two_passwords_are_hashed_at_once(monkeypatch):
    import threading
    import time

    at_once, most, lock = 0, 0, threading.Lock()

    class Slow:
        def verify(self, *_):
            nonlocal at_once, most
            with lock:
                at_once += 1
                most = max(most, at_once)
            time.sleep(0.02)
            with lock:
                at_once -= 1
            return True

    monkeypatch.setattr(proofs, "_hasher", Slow())
    threads = [threading.Thread(target=proofs.fits, args=("x", "y")) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 2


def test_signs_that_command_or_turn_the_writing_come_no_further_than_the_door(desk):
    lead = desk.client("lead")
    lead.post("/people", data={"name": "new\x00.clerk", "display": "Ann\u202e eoD\x1b[2J", "role.clerk": "on"})
    with reading(desk.stores.index) as conn:
        assert users.named(conn, "new.clerk").display == "Ann eoD[2J"
    for path in ("/items/a%00b", "/queue?source=%00", "/charts/1%00"):
        assert desk.client("clerk").get(path).status_code == 404, path


def test_a_form_may_come_without_javascript(desk):
    client = desk.client("clerk")
    token = client.headers.pop("X-Chartroom-Token")
    assert client.post("/account/keys", data={"preset": "shipped"}).status_code == 403
    assert client.post("/account/keys", data={"preset": "shipped", "token": token}, headers=ORIGIN).status_code == 303


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"x=" + b"y" * 70_000, "application/x-www-form-urlencoded", 413),
        (b"x=y&" * 300, "application/x-www-form-urlencoded", 413),
        (b"{}", "application/json", 415),
    ],
)
def test_a_form_is_small_and_plain(desk, body, kind, status):
    assert desk.client("clerk").post("/account/keys", content=body, headers={"Content-Type": kind}).status_code == status
