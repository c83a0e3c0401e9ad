"""Probes and figures: open while the index is away, figures to this computer or by token, nothing of a patient in them."""

import pytest
from starlette.testclient import TestClient
from test_doors import token_of
from web_desk import BASE, CANARY

from store.database import writing


@pytest.fixture
def full(desk):
    desk.people(("M1", "Doe"))
    desk.put(1, "Doe.pdf")
    return desk


def caller(desk, host, **headers):
    return TestClient(desk.app(), base_url=BASE, client=(host, 5000), headers=headers)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "127.8.8.8"])
def test_this_computer_reads_the_figures_unasked(full, host):
    answer = caller(full, host).get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'chartroom_review_items{state="open"} 1.0' in answer.text
    assert not [word for word in ("Doe", CANARY, "M1", "DOE") if word in answer.text]


@pytest.mark.parametrize("headers", [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"Via": "1.1 proxy"}, {"X-Real-IP": "::1"}])
def test_what_a_proxy_hands_on_comes_from_elsewhere(full, headers):
    assert caller(full, "127.0.0.1", **headers).get("/metrics").status_code == 401


@pytest.mark.parametrize("host", ["10.0.0.7", "192.168.1.1", "testclient", "::ffff:10.0.0.1"])
def test_others_need_a_token_with_the_right(full, host):
    assert caller(full, host).get("/metrics").status_code == 401
    for role, code in (("it", 200), ("lead", 200), ("clerk", 404), ("scanner", 404)):
        token = token_of(full, role)
        assert caller(full, host, Authorization=f"Bearer {token}").get("/metrics").status_code == code
    assert full.client("it").get("/metrics").status_code == 401, "a person's session opens no program's door"


def test_probes_tell_life_from_readiness(full):
    client = caller(full, "10.0.0.7")
    assert [client.get(path).text for path in ("/healthz", "/readyz")] == ["ok\n", "ready\n"]
    with writing(full.stores.index) as conn:
        for name in ("delivery", "session"):
            conn.exec_driver_sql(f"ALTER TABLE {name} RENAME TO lost_{name}")
    client.cookies.set("chartroom", "anything")
    assert client.get("/healthz").text == "ok\n"
    answer = client.get("/readyz")
    assert (answer.status_code, answer.text) == (503, "no answer from: index\n")
    assert client.post("/healthz").status_code == 405
