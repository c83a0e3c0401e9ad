"""The house's figures in the form that Prometheus collects. Counts, ages and sizes; labels are our own words and names of watched folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from workers.alarms import Alarm, AlarmCode
from workers.figures import Figures, WatchedFolder


class House(Collector):
    """One look at the house, as metrics."""

    def __init__(self, figures: Figures, alarms: Iterable[Alarm], now: datetime) -> None:
        self.figures, self.alarms, self.now = figures, tuple(alarms), now

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        seen = self.figures
        yield _each("deliveries", "Files taken over, by state", "state", seen.deliveries)
        yield _each("documents", "Documents, by status", "status", seen.documents)
        yield _each("renditions", "Archival renditions of filed documents", "kind", seen.renditions)
        yield _each("review_items", "Items of the review queue", "state", seen.review)
        yield _each("workers", "Worker processes", "state", {"running": seen.workers_running, "known": seen.workers_known})
        yield _each("passed_over", "Things in watched folders that were not taken in", "why", {"ignored": seen.ignored, "refused": seen.refused})
        yield _each("alarm", "1 while there is such an alarm", "code", self._alarmed())
        yield from self._plain()
        yield from _of_folders(seen.folders)

    def _alarmed(self) -> dict[str, int]:
        told = {alarm.code for alarm in self.alarms}
        return {str(code): int(code in told) for code in AlarmCode}

    def _plain(self) -> Iterator[Metric]:
        seen = self.figures
        yield _one("patients", "People in the patient index", seen.people)
        yield _one("oldest_unsettled_seconds", "How long the file that waits longest has waited", self._age(seen.oldest_unsettled))
        yield _one("review_oldest_seconds", "How long the review item that waits longest has waited", self._age(seen.oldest_item))
        yield _one("watcher_running", "1 while the watcher shows itself", int(seen.watcher_runs))
        yield _one("objects_answer", "1 while the object store answers", int(seen.objects_answer))
        yield _one("disk_free_bytes", "Room on the fullest disk that holds data folder, objects or index", seen.disk_free)
        yield _one("disk_size_bytes", "Size of the data folder's disk", seen.disk_total)
        if seen.scrub is not None:
            yield _one("scrub_age_seconds", "Since the last scrub", self._age(seen.scrub.at))
            yield _one("scrub_read_objects", "Objects read by the last scrub", seen.scrub.read)
            yield _one("scrub_bad_objects", "Objects that it found missing or changed", len(seen.scrub.bad))

    def _age(self, since: datetime | None) -> float:
        return 0.0 if since is None else (self.now - since).total_seconds()


def render_metrics(figures: Figures, alarms: Iterable[Alarm], *, now: datetime) -> bytes:
    """The figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(House(figures, alarms, now))
    return generate_latest(registry)


def _of_folders(folders: Iterable[WatchedFolder]) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("chartroom_folder_waiting", "Files waiting in a watched folder", labels=["folder"])
    oldest = GaugeMetricFamily("chartroom_folder_oldest_seconds", "How long the oldest of them has waited", labels=["folder"])
    problems = GaugeMetricFamily("chartroom_folder_problems", "Problems at the last look through a watched folder", labels=["folder", "kind"])
    for folder in folders:
        waiting.add_metric([folder.name], folder.waiting)
        oldest.add_metric([folder.name], folder.oldest_seconds)
        for kind, count in folder.problems.items():
            problems.add_metric([folder.name, kind], count)
    yield from (waiting, oldest, problems)


def _each(name: str, says: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"chartroom_{name}", says, labels=[label])
    for value, count in values.items():
        family.add_metric([value], count)
    return family


def _one(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"chartroom_{name}", says, value=value)
