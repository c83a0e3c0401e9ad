"""Reckons simple pictures of figures: columns, lines, parts of a whole, shares with their intervals. Templates draw them (`drawing.html`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor, log10
from typing import NamedTuple

WIDTH, LEFT, RIGHT, TOP, FLOOR = 640, 64, 12, 16, 214  # the frame: everything is drawn between LEFT and WIDTH - RIGHT, TOP and FLOOR
LANE, NAMES = 34, 200  # lanes are named in the first NAMES
FEW = 7  # marks along the foot, at most


class Box(NamedTuple):
    """A filled oblong; `look` is its class."""

    x: float
    y: float
    width: float
    height: float
    look: str


class Stroke(NamedTuple):
    """A line through points."""

    points: str
    look: str


class Dot(NamedTuple):
    """A point."""

    x: float
    y: float
    look: str


class Tick(NamedTuple):
    """A mark on an axis: where it stands, and what is written there."""

    at: float
    text: str


class Series(NamedTuple):
    """Figures in a row, one a label."""

    name: str
    values: Sequence[float | None]
    look: str


class Share(NamedTuple):
    """A share with the interval that it may lie in; without a value too little is known to show one."""

    name: str
    low: float
    value: float | None
    high: float
    note: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing that says in words what it shows, with the same figures as a table."""

    name: str
    title: str
    says: str
    height: int
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    boxes: Sequence[Box] = ()
    strokes: Sequence[Stroke] = ()
    dots: Sequence[Dot] = ()
    heights: Sequence[Tick] = ()  # along the left side, with a line across
    foot: Sequence[Tick] = ()
    lanes: Sequence[Tick] = ()
    legend: Sequence[tuple[str, str]] = ()  # look, name


def columns(name: str, title: str, says: str, labels: Sequence[str], series: Sequence[Series]) -> Picture:
    """Columns side by side over each label."""
    top = _round_up(max([value or 0 for one in series for value in one.values], default=0))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    wide = step * 0.8 / len(series)
    boxes = [
        Box(_r(LEFT + step * (place + 0.1) + wide * which), _r(_height(value, top)), _r(wide * 0.94), _r(FLOOR - _height(value, top)), one.look)
        for which, one in enumerate(series)
        for place, value in enumerate(one.values)
        if value
    ]
    return _with_axes(Picture(name, title, says, 250, *_table(labels, series), boxes=boxes), labels, top, series)


def lines(name: str, title: str, says: str, labels: Sequence[str], series: Sequence[Series], *, top: float = 0) -> Picture:
    """Lines over the labels; a figure that is not known breaks its line."""
    top = top or _round_up(max([value or 0 for one in series for value in one.values], default=0))
    step = (WIDTH - LEFT - RIGHT) / max(1, len(labels))
    strokes, dots = [], []
    for one in series:
        points = [
            None if value is None else Dot(_r(LEFT + step * (place + 0.5)), _r(_height(value, top)), one.look)
            for place, value in enumerate(one.values)
        ]
        dots += [point for point in points if point]
        strokes += [Stroke(" ".join(f"{point.x},{point.y}" for point in run), one.look) for run in _runs(points)]
    return _with_axes(Picture(name, title, says, 250, *_table(labels, series), strokes=strokes, dots=dots), labels, top, series)


def parts(name: str, title: str, says: str, pieces: Sequence[tuple[str, int, str]]) -> Picture:
    """One bar of a whole; `pieces` are (name, count, look)."""
    whole, x, boxes = sum(count for _, count, _ in pieces), float(RIGHT), []
    for _, count, look in pieces:
        wide = (WIDTH - 2 * RIGHT) * count / whole if whole else 0.0
        boxes.append(Box(_r(x), 8, _r(wide), 40, look))
        x += wide
    rows = [(piece, f"{count:,}", f"{count / whole:.1%}" if whole else "–") for piece, count, _ in pieces]
    legend = [(look, f"{piece} {count:,}") for piece, count, look in pieces]
    return Picture(name, title, says, 56, ("", "Pages", "Share"), rows, boxes=[box for box in boxes if box.width], legend=legend)


def shares(name: str, title: str, says: str, found: Sequence[Share], what: str) -> Picture:
    """Shares as points on lanes, each with a bar for the interval that it may lie in."""
    top = _round_up(max([one.high for one in found if one.value is not None], default=0.01))
    lanes = [Tick(TOP + LANE * (place + 0.5), one.name) for place, one in enumerate(found)]
    known = [(lane.at, one) for lane, one in zip(lanes, found, strict=True) if one.value is not None]
    boxes = [Box(_across(one.low / top), y - 5, _r(max(2.0, _across(one.high / top) - _across(one.low / top))), 10, "interval") for y, one in known]
    dots = [Dot(_across((one.value or 0.0) / top), y, "first") for y, one in known]
    rows = [(one.name, _share(one.value), f"{_share(one.low)} to {_share(one.high)}" if one.value is not None else "–", one.note) for one in found]
    foot = [Tick(_across(step / 4), _share(top * step / 4)) for step in range(5)]
    height = round(TOP + LANE * len(found) + 34)
    return Picture(name, title, says, height, (what, "Share", "95 % interval", "Of"), rows, boxes=boxes, dots=dots, lanes=lanes, foot=foot)


def timeline(name: str, title: str, says: str, marks: Sequence[tuple[float, str]], foot: Sequence[tuple[float, str]]) -> Picture:
    """Points on a lane a kind; a mark is (how far along from 0 to 1, kind), the earliest kind on top."""
    kinds = list(dict.fromkeys(kind for _, kind in sorted(marks)))
    lanes = [Tick(TOP + LANE * (place + 0.5), kind) for place, kind in enumerate(kinds)]
    dots = [Dot(_across(far), lanes[kinds.index(kind)].at, "first") for far, kind in marks]
    return Picture(
        name, title, says, round(TOP + LANE * len(kinds) + 34), (), (), dots=dots, lanes=lanes, foot=[Tick(_across(far), text) for far, text in foot]
    )


def _with_axes(picture: Picture, labels: Sequence[str], top: float, series: Sequence[Series]) -> Picture:
    """The drawing with figures along the side, some of the labels along the foot, and a legend where there are several series."""
    step, every = (WIDTH - LEFT - RIGHT) / max(1, len(labels)), -(-len(labels) // FEW) or 1
    foot = [Tick(_r(LEFT + step * (place + 0.5)), label) for place, label in enumerate(labels) if (len(labels) - 1 - place) % every == 0]
    heights = [Tick(_r(_height(top * part / 4, top)), _figure(top * part / 4)) for part in range(5)]
    legend = [(one.look, one.name) for one in series] if len(series) > 1 else []
    return replace(picture, heights=heights, foot=foot, legend=legend)


def _table(labels: Sequence[str], series: Sequence[Series]) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    rows = [(label, *("–" if one.values[place] is None else _figure(one.values[place] or 0) for one in series)) for place, label in enumerate(labels)]
    return ("", *(one.name for one in series)), rows


def _runs(points: Sequence[Dot | None]) -> list[list[Dot]]:
    runs: list[list[Dot]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def _across(far: float) -> float:
    """Where a mark stands on its lane, from 0 to 1."""
    return _r(NAMES + (WIDTH - NAMES - 30) * min(1.0, far))


def _height(value: float | None, top: float) -> float:
    return FLOOR - (FLOOR - TOP) * min(1.0, (value or 0) / top)


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 8 times a power of ten: its quarters are plain figures."""
    if value <= 0:
        return 4.0
    power = 10.0 ** floor(log10(value))
    return next((times * power for times in (1, 2, 4, 8) if times * power >= value), 10 * power)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value == round(value) else f"{value:g}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.3g} %"


def _r(value: float) -> float:
    return round(value, 1)
