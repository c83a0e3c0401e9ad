"""Settings: the file lists every default; unknown keys and impossible values refuse to start."""

import re
from pathlib import Path

import pytest

from schemas.catalogue import build_catalogue
from schemas.config import Config, Engine, Folder
from schemas.faults import ConfigFault
from schemas.source import Priority
from workers.settings import explain, leaves, read_secret, read_settings
from workers.wire import engine_url

SHIPPED = Path(__file__).parents[2] / "config.yaml"


def settings_of(tmp_path, text="", **environ):
    path = tmp_path / "config.yaml"
    path.write_text(text)
    return read_settings({"CHARTROOM_CONFIG": str(path), **environ})


def test_shipped_file_lists_every_setting_with_its_default():
    settings = read_settings({"CHARTROOM_CONFIG": str(SHIPPED)})
    assert settings.config == Config()
    assert all(origin == str(SHIPPED) for key, _, origin in explain(settings) if key != "data_dir")


def test_shipped_file_comments_every_setting_and_every_key_of_a_folder():
    text = SHIPPED.read_text()
    for key, _ in leaves(Config()):
        assert re.search(rf"^\s*{key.rpartition('.')[2]}:.*  # \S", text, re.MULTILINE), key
    folders = next(line for line in text.splitlines() if line.startswith("folders:"))
    assert all(key in folders for key, _ in leaves(Folder("a", "b")))


def test_environment_wins_over_the_file_and_explain_says_so(tmp_path):
    settings = settings_of(
        tmp_path, "match: {max_p_wrong: 0.01, max_candidates: 7}", CHARTROOM__MATCH__MAX_P_WRONG="1e-5", CHARTROOM_DATA_DIR="elsewhere"
    )
    rows = {key: (value, origin) for key, value, origin in explain(settings)}
    assert rows["match.max_p_wrong"] == (1e-5, "CHARTROOM__MATCH__MAX_P_WRONG")
    assert rows["match.max_candidates"] == (7, str(tmp_path / "config.yaml"))
    assert rows["read.languages"] == ("eng", "default")
    assert settings.data_dir == Path("elsewhere")


def test_folders_are_read_and_explained(tmp_path):
    settings = settings_of(tmp_path, "folders: [{name: fax, path: in/fax, priority: stat, quiet_seconds: 2}]")
    assert settings.config.folders == (Folder("fax", "in/fax", priority=Priority.STAT, quiet_seconds=2.0),)
    assert ("folders.0.priority", Priority.STAT, str(tmp_path / "config.yaml")) in explain(settings)


@pytest.mark.parametrize(
    ("text", "where", "near"),
    [
        ("matching: {}", "`matching`", "`match`"),
        ("match: {max_p_rong: 1}", "`match.max_p_rong`", "`match.max_p_wrong`"),
        ("folders: [{name: a, path: b}, {name: a, pth: b}]", "`folders.1.pth`", "`folders.1.path`"),
        ("web: {prot: 1}", "`web.prot`", "`web.port`"),
        ("Web: {}", "`Web`", "`web`"),
        ("autofile: shadow", "`autofile`", "`match.autofile`"),
        ("read: {dpi: 300}", "`read.dpi`", "`render.dpi`"),
    ],
)
def test_unknown_key_names_itself_and_the_nearest_right_one(tmp_path, text, where, near):
    with pytest.raises(ConfigFault) as fault:
        settings_of(tmp_path, text)
    assert where in fault.value.sentence
    assert near in fault.value.next_step


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("match:\n  autofile: shadow\nweb: {port: 81}\nmatch:\n  max_candidates: 7\n", "`match` stands in line 1 and again in line 4"),
        ("folders: [{name: a, path: b}]\nfolders: [{name: c, path: d}]", "`folders` stands in line 1 and again in line 2"),
        ("web:\n  port: 81\n  port: 82\n", "`port` stands in line 2 and again in line 3"),
        ("folders:\n- {name: a, path: b,\n   path: c}", "`path` stands in line 2 and again in line 3"),
        ("# a\n'match': {}\n\"match\": {}\n", "`match` stands in line 2 and again in line 3"),
    ],
)
def test_a_key_that_stands_twice_is_refused_with_both_lines(tmp_path, text, said):
    with pytest.raises(ConfigFault, match=said):
        settings_of(tmp_path, text)


def test_a_key_that_stands_twice_in_a_variable_is_refused(tmp_path):
    with pytest.raises(ConfigFault, match="`port` stands in line 1 and again in line 1"):
        settings_of(tmp_path, CHARTROOM__WEB="{port: 81, port: 82}")


def test_an_unknown_section_is_told_with_the_file_it_stands_in(tmp_path):
    (tmp_path / "c.yaml").write_text("engne: {slots: 1}")
    with pytest.raises(ConfigFault, match=r"`engne` \(.*c\.yaml\)\. Did you mean `engine`"):
        read_settings({"CHARTROOM_CONFIG": str(tmp_path / "c.yaml")})


def test_unknown_variable_is_refused_too(tmp_path):
    with pytest.raises(ConfigFault, match="MATCH__MAXPWRONG"):
        settings_of(tmp_path, CHARTROOM__MATCH__MAXPWRONG="1")


@pytest.mark.parametrize(
    "text",
    [
        "web: {port: eighty}",
        "match: {autofile: always}",
        "folders: [{name: a}]",
        "- a",
        "web: [",
        "folders: [{name: a, path: b}, {name: a, path: c}]",
        "folders: [{name: a, path: b}, {name: c, path: x/../b}]",
        "folders: [{name: a, path: b}, {name: c, path: b/c}]",
        "folders: [{name: a, path: .}]",
        'folders: [{name: a, path: ""}]',
        "folders: [{name: a, path: b, scan_seconds: 0}]",
        "engine: {attempts: 0}",
        "intake: {incomplete_after_seconds: -1}",
        "match: {max_p_wrong: 2}",
        "match: {max_p_wrong: .inf}",
        "match: {max_p_wrong: .nan}",
        "match: {unknown_share: 1}",
        "sample: {sample_share: 7}",
        "web: {port: 99999}",
    ],
)
def test_impossible_values_are_refused(tmp_path, text):
    with pytest.raises(ConfigFault):
        settings_of(tmp_path, text)


@pytest.mark.parametrize("path", [".", "var", "var/objects", "var/objects/sha256", "var/run", "link"])
def test_a_watched_folder_that_would_take_in_what_is_kept_is_refused(tmp_path, path):
    (tmp_path / "link").symlink_to(tmp_path / "var" / "objects")
    with pytest.raises(ConfigFault, match="data folder"):
        settings_of(tmp_path, f"folders: [{{name: a, path: {tmp_path / path}}}]", CHARTROOM_DATA_DIR=str(tmp_path / "var"))


def test_a_variable_that_is_no_yaml_is_refused(tmp_path):
    with pytest.raises(ConfigFault, match="MAX_P_WRONG"):
        settings_of(tmp_path, CHARTROOM__MATCH__MAX_P_WRONG="[")


def test_a_named_file_that_is_missing_is_refused(tmp_path):
    with pytest.raises(ConfigFault, match="nowhere"):
        read_settings({"CHARTROOM_CONFIG": str(tmp_path / "nowhere.yaml")})


@pytest.mark.parametrize("name", ["what?", "100%41"])
def test_a_data_folder_that_a_database_url_cannot_name_is_refused(tmp_path, name):
    with pytest.raises(ConfigFault, match="data folder"):
        settings_of(tmp_path, CHARTROOM_DATA_DIR=name)


def test_secrets_come_from_files(tmp_path):
    (tmp_path / "key").write_text("s3cret\n")
    assert read_secret(str(tmp_path / "key")) == "s3cret"
    with pytest.raises(ConfigFault):
        read_secret(str(tmp_path / "none"))


RIGHT = {"name": "ECG", "folder": "results", "loinc": None, "titles": ["ecg"], "required": ["service_date"]}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"titel": ["ekg"]}, "`ecg` has an unknown key `titel`"),
        ({"slug": "x"}, "`ecg` has an unknown key `slug`"),
        ({"name": None}, "`ecg` lacks `name`"),
        ({"folder": ""}, "`ecg` lacks `folder`"),
        ({"required": ["servicedate"]}, "`ecg` has an unknown field `servicedate` in `required`"),
        ({"titles": "ecg"}, "`ecg` needs a list of texts as `titles`"),
        ({"titles": [None]}, "`ecg` needs a list of texts as `titles`"),
    ],
)
def test_a_wrong_document_type_is_told_by_its_slug_and_key(change, told):
    with pytest.raises(ConfigFault, match=re.escape(told)):
        build_catalogue({"ecg": RIGHT | change})


def test_a_right_document_type_and_one_that_is_no_list_of_keys():
    assert build_catalogue({"ecg": RIGHT})["ecg"].required == ("service_date",)
    with pytest.raises(ConfigFault, match="`ecg` has no"):
        build_catalogue({"ecg": None})


def test_a_servers_password_comes_from_a_file_and_stands_in_no_setting(tmp_path):
    (tmp_path / "password").write_text("p@ss/word\n")
    engine = Engine(url="postgresql://chartroom@db/x", password_file=str(tmp_path / "password"))
    assert engine_url(Config(engine=engine), tmp_path) == "postgresql://chartroom:p%40ss%2Fword@db/x"


@pytest.mark.parametrize("url", ["", "postgresql://db/x", "postgresql://chartroom:other@db/x"])
def test_a_password_file_needs_an_address_that_takes_it(tmp_path, url):
    (tmp_path / "password").write_text("s3cret")
    with pytest.raises(ConfigFault) as fault:
        engine_url(Config(engine=Engine(url=url, password_file=str(tmp_path / "password"))), tmp_path)
    assert "s3cret" not in str(fault.value)


def test_a_secret_that_is_no_text_is_told_as_one_without_its_bytes(tmp_path):
    (tmp_path / "key").write_bytes(b"pass\xff\xfeword")
    with pytest.raises(ConfigFault, match="no text in UTF-8") as fault:
        read_secret(str(tmp_path / "key"))
    assert "pass" not in str(fault.value)
