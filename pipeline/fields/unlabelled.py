"""Values that no label announces, from all that may stand in for one."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.fields.banners import read_banners
from pipeline.fields.narrative import read_narrative
from pipeline.fields.places import Marked
from pipeline.fields.reading import Sighting
from pipeline.fields.senders import read_letter_date, read_letterhead, read_stamped_time
from pipeline.fields.signatures import read_signatures
from pipeline.fields.stamps import read_headed, read_stamps
from schemas.rules import ExtractRules


def read_unlabelled(page: Marked, rules: ExtractRules) -> Iterator[Sighting]:
    """Everything the page says without a label."""
    yield from read_banners(page, rules)
    yield from read_narrative(page, rules)
    yield from read_letterhead(page)
    yield from read_headed(page, rules)
    yield from read_stamps(page, rules)
    yield from read_signatures(page, rules)
    yield from read_stamped_time(page, rules)
    yield from read_letter_date(page, rules)
