"""What `make bench-language` holds the language of papers against: one goal a target, in the order of the table. Knows no measurement."""

from __future__ import annotations

from samples.readbench.goals import Goal
from samples.report import Row

_LEVELS = {"clean": "clean", "bw200": "200 dpi 1-bit", "faxfine": "fine fax"}
_FIELDS = {"name": (0.97, 0.93, 0.88), "DOB": (0.985, 0.95, 0.92)}

TYPE_ERROR = Goal("exact type: selective error at the default line", 1, "%")
TYPE_COVERAGE = Goal("exact type: coverage at the default line", 75, "%", least=True)
FOLDER_ERROR = Goal("folder: selective error at the default line", 0.5, "%")
FOLDER_COVERAGE = Goal("folder: coverage at the default line", 88, "%", least=True)
BODY_CLEAN = Goal("body text only, 17 types, clean: accuracy", 0.885, "share", least=True)
BODY_NOISY = Goal("body text only, 17 types, 10 % character error: accuracy", 0.875, "share", least=True)
ECE = {level: Goal(f"calibration error of the type, {words}", 0.03, "ECE") for level, words in _LEVELS.items()}
FOUND = {
    (field, level): Goal(f"patient {field} found right, {words}", limit, "share", least=True)
    for field, limits in _FIELDS.items()
    for (level, words), limit in zip(_LEVELS.items(), limits, strict=True)
}
SURE_WRONG = Goal("DOB or MRN taken as sure but wrong", 0.1, "%")
OTHER_PERSON = Goal("pages on which another person is taken for the patient", 0, "pages")
START_F1 = Goal("page-start F1, hard set", 0.96, "F1", least=True)
WHOLE = Goal("whole batches cut right, hard set", 60, "%", least=True)
MISSED = Goal("patient boundaries neither cut nor held for a clerk, hard set", 0, "boundaries")
GAP_TOLD = Goal("missing page detected where numbering is printed", 98, "%", least=True)
GAP_FALSE = Goal("missing page told of a whole paper", 0.5, "%")
COST = Goal("cost beyond OCR, one core", 15, "CPU-ms/page")
TRAINING = Goal("seed training", 60, "s")
MODEL = Goal("shipped model", 8, "MB")

GOALS = (
    *(TYPE_ERROR, TYPE_COVERAGE, FOLDER_ERROR, FOLDER_COVERAGE, BODY_CLEAN, BODY_NOISY, *ECE.values(), *FOUND.values(), SURE_WRONG),
    *(OTHER_PERSON, START_F1, WHOLE, MISSED, GAP_TOLD, GAP_FALSE, COST, TRAINING, MODEL),
)


def in_order(rows: list[Row]) -> list[Row]:
    """Every goal once, in the table's order, then the figures without a goal."""
    found = {row.goal: row for row in rows}
    wanted = [found.pop(goal.text) if goal.text in found else goal.missing("nothing was measured") for goal in GOALS]
    return [*wanted, *found.values()]
