"""Reads the settings: shipped defaults, then the file, then the environment. Knows where values come from, not what they do."""

from __future__ import annotations

import dataclasses
import itertools
import os
import re
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from pydantic import TypeAdapter, ValidationError

from schemas.config import Config, Folder
from schemas.faults import ConfigFault

PREFIX = "CHARTROOM__"
DEFAULT_FILE = "config.yaml"
DEFAULT_DATA = "var"
EXPLAIN = "`chartroom config explain` lists every setting."


class Settings(NamedTuple):
    """The configuration, the data folder, and where each value came from (dotted key → file or variable)."""

    config: Config
    data_dir: Path
    origins: Mapping[str, str]


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """The settings in force. ConfigFault for an unreadable file, an unknown key or a value that cannot be."""
    given, origins = _from_file(environ)
    for variable, keys, value in _overrides(environ):
        _put(given, keys, value)
        origins = {key: origin for key, origin in origins.items() if not key.startswith(".".join(keys) + ".")}
        origins[".".join(keys)] = variable
    _refuse_unknown(given, Config, "", origins)
    config, data_dir = _validate(given), data_folder(environ)
    _check_folders(config, data_dir)
    return Settings(config, data_dir, origins)


def data_folder(environ: Mapping[str, str]) -> Path:
    """Where everything is kept."""
    return Path(environ.get("CHARTROOM_DATA_DIR") or DEFAULT_DATA)


def explain(settings: Settings) -> list[tuple[str, Any, str]]:
    """Every setting as (dotted key, value, origin), the data folder first."""
    rows = [("data_dir", str(settings.data_dir), "CHARTROOM_DATA_DIR or default")]
    return rows + [(key, _masked(value), _origin(key, settings.origins)) for key, value in leaves(settings.config)]


def _masked(value: Any) -> Any:
    """A URL without the password in it."""
    return re.sub(r"(://[^/@:]*):[^/@]*@", r"\1:***@", value) if isinstance(value, str) else value


def leaves(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted key and value of every setting below a dataclass value; lists of folders count up from 0."""
    for field in dataclasses.fields(value):
        key, inner = f"{prefix}{field.name}", getattr(value, field.name)
        if dataclasses.is_dataclass(inner):
            yield from leaves(inner, f"{key}.")
        elif inner and isinstance(inner, tuple) and isinstance(inner[0], Folder):
            for number, folder in enumerate(inner):
                yield from leaves(folder, f"{key}.{number}.")
        else:
            yield key, inner


def read_secret(path: str) -> str:
    """The secret that a `*_file` setting names, without the line's end. ConfigFault when it cannot be read."""
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except UnicodeDecodeError:  # without its text, which holds the secret
        raise ConfigFault(f"The secret file {path} is no text in UTF-8.", next_step="Write it anew as plain text.") from None
    except OSError as error:
        raise ConfigFault(
            f"The secret file {path} cannot be read ({error.strerror}).", next_step="Create it, readable by this account only."
        ) from None


def _from_file(environ: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    named = environ.get("CHARTROOM_CONFIG")
    path = Path(named or DEFAULT_FILE)
    if not named and not path.exists():
        return {}, {}
    try:
        given = _load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, RecursionError, yaml.YAMLError) as error:
        raise ConfigFault(f"The configuration {path} cannot be read: {_first_line(error)}.", next_step="Correct the file.") from None
    if not isinstance(given, dict):
        raise ConfigFault(f"The configuration {path} is not a list of `key: value` lines.", next_step=EXPLAIN)
    return given, dict.fromkeys(_dotted(given), str(path))


class _OneOfEach(yaml.SafeLoader):
    """Takes no mapping in which a key stands twice: YAML would let the last one win, and drop what the first one says."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        lines: dict[str, int] = {}
        for key, _ in node.value:
            line, name = key.start_mark.line + 1, str(key.value)
            if name in lines:
                raise yaml.YAMLError(f"`{name}` stands in line {lines[name]} and again in line {line}; one of them would not count")
            lines[name] = line
        return super().construct_mapping(node, deep)


def _load(text: str) -> Any:
    return yaml.load(text, _OneOfEach)  # noqa: S506 - a safe loader


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]


def _dotted(given: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in given.items():
        if isinstance(value, dict):
            yield from _dotted(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def _overrides(environ: Mapping[str, str]) -> Iterator[tuple[str, list[str], Any]]:
    for variable in sorted(name for name in environ if name.startswith(PREFIX)):
        yield variable, variable.removeprefix(PREFIX).lower().split("__"), _value_of(variable, environ[variable])


def _value_of(variable: str, text: str) -> Any:
    try:
        return _load(text)
    except (RecursionError, yaml.YAMLError) as error:
        raise ConfigFault(f"The variable {variable} cannot be read: {_first_line(error)}.", next_step=EXPLAIN) from None


def _put(given: dict[str, Any], keys: list[str], value: Any) -> None:
    *parents, last = keys
    for key in parents:
        inner = given.get(key)
        given[key] = dict(inner) if isinstance(inner, dict) else {}
        given = given[key]
    given[last] = value


def _refuse_unknown(given: Any, kind: Any, prefix: str, origins: Mapping[str, str]) -> None:
    if not dataclasses.is_dataclass(kind) or not isinstance(given, dict):
        return
    hints = typing.get_type_hints(kind)
    for key, value in given.items():
        if key not in hints:
            raise _unknown_key(f"{prefix}{key}", key, prefix, list(hints), origins)
        for number, (inner, inner_kind) in enumerate(_inner(value, hints[key])):
            _refuse_unknown(inner, inner_kind, f"{prefix}{key}." + (f"{number}." if isinstance(value, list) else ""), origins)


def _inner(value: Any, hint: Any) -> list[tuple[Any, Any]]:
    if typing.get_origin(hint) is tuple and isinstance(value, list):
        return [(item, typing.get_args(hint)[0]) for item in value]
    return [(value, hint)] if not isinstance(hint, types.UnionType) else []


def _unknown_key(path: str, key: Any, prefix: str, right: list[str], origins: Mapping[str, str]) -> ConfigFault:
    from rapidfuzz import process
    from rapidfuzz.distance import JaroWinkler

    misplaced = next((name for name, _ in leaves(Config()) if name.rpartition(".")[2] == key), None)
    near = misplaced or prefix + process.extractOne(str(key).lower(), right, scorer=JaroWinkler.normalized_similarity)[0]
    return ConfigFault(f"Unknown setting `{path}` ({_origin(path, origins)}).", next_step=f"Did you mean `{near}`? {EXPLAIN}")


def _validate(given: dict[str, Any]) -> Config:
    try:
        return TypeAdapter(Config).validate_python(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise ConfigFault(f"The setting `{where}` cannot be {first['input']!r}: {first['msg']}.", next_step=EXPLAIN) from None


def _check_folders(config: Config, data_dir: Path) -> None:
    """Each watched folder is one of its own, and none is or holds a place where Chartroom keeps things: those it would take in."""
    names = [folder.name for folder in config.folders]
    paths = [Path(os.path.realpath(folder.path)) for folder in config.folders]
    if len(set(names)) < len(names) or any(overlap(a, b) for a, b in itertools.combinations(paths, 2)):
        raise ConfigFault(
            "Two watched folders have the same name or path, or one lies in the other.", next_step="Give every folder its own `name` and `path`."
        )
    if set("?%") & set(str(data_dir.absolute())):  # a database URL reads these in its own way, and the data would lie elsewhere
        raise ConfigFault("The path of the data folder has a ? or % in it.", next_step="Choose another CHARTROOM_DATA_DIR.")
    kept = [Path(os.path.realpath(data_dir / part)) for part in (config.objects.path, "run", "scratch")]
    for folder, path in zip(config.folders, paths, strict=True):
        if any(overlap(path, place) for place in kept):
            raise ConfigFault(
                f"The watched folder `{folder.name}` and the data folder lie in each other.",
                next_step="Move one of them: what is kept would be taken in.",
            )


def overlap(one: Path, other: Path) -> bool:
    """Whether two places, given without links, are the same or one lies in the other."""
    return one.is_relative_to(other) or other.is_relative_to(one)


def _origin(key: str, origins: Mapping[str, str]) -> str:
    if below := next((origin for name, origin in origins.items() if name.startswith(f"{key}.")), None):
        return below
    while key:
        if key in origins:
            return origins[key]
        key = key.rpartition(".")[0]
    return "default"
