"""What a document is: its title and its text, weighed against one another.

Knows pages, the catalogue and a text model; knows nothing of patients, fields or storage.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.page_language import PageLanguage
from pipeline.ports import TypeModel
from pipeline.sections import Build, find_builds
from pipeline.titles import Title
from pipeline.type_doubts import Witnesses, doubt_in_words
from schemas.catalogue import Catalogue
from schemas.document import TypeGuess
from schemas.rules import ClassifyRules

VERSION = 4
UNKNOWN = "unknown"
UNSURE_OF_ALL = "type.unknown"
OFFERED = 5  # types offered to a person
READS_WELL = 0.8  # from this mean certainty of its words on a page reads well
MET = 0.6  # from this share of words that training met a text is of a usual kind
HAZE = 0.5  # this much is spread over all types when nothing can be read for certain, or no word was met
PAGES_READ = 3
FEW_WORDS = 8
TELLING_WORDS = 40  # beside a title a shorter text says less than the model believes of it
SHOWN = 0.9  # how often a document of a type that carries a title carries its own
UNTAUGHT = 0.05  # the share of a type that the model was never taught
OPEN = 0.06  # beside a title the text never rules a type out: this much is spread over all types
KIN = (  # types told apart by their title more than by their text
    frozenset({"progress_note", "history_and_physical", "consultation", "emergency_note", "nursing_note"}),
    frozenset({"operative_note", "procedure_note"}),
    frozenset({"correspondence", "referral"}),
)
TELLING = 0.2  # a build that misleads more often than this moves no line
ALIKE = 0.4  # beside a title this much of what the text gives a family is spread over its members


def classify(pages: Sequence[PageLanguage], model: TypeModel, catalogue: Catalogue, *, rules: ClassifyRules) -> TypeGuess:
    """The type of a document and its folder, how sure each, and what speaks for it; a reason, in words too, when a person must be asked."""
    first = _first_page(pages)
    titles = first.titles if first else ()
    text = text_of(pages)
    builds = [build for build in _builds(pages) if build.slug in catalogue]
    alone, reading, known = _text_shares(text, model, catalogue), reading_of(pages), model.known(text)
    beside = _by_length(alone, len(text.split())) if titles else alone
    shares = cloud(weigh(beside, titles, builds), reading, known if len(text.split()) >= FEW_WORDS else 1.0)
    ranked = sorted(shares, key=lambda slug: -shares[slug])
    best, runner_up = ranked[0], ranked[1] if len(ranked) > 1 else None
    folders = folder_shares(shares, catalogue)
    folder = max(folders, key=lambda name: folders[name])
    guess = TypeGuess(best, shares[best], folder=folder, folder_confidence=folders[folder], runner_up=runner_up)
    guess = replace(guess, choices=choices(ranked, catalogue, folder if folders[folder] >= rules.sure_folder_at else None))
    found = next((title for title in titles if title.slug == best), None)
    if first and found:
        guess = replace(guess, title=found.text, title_at=(first.number, found.box))
    reason = _reason(guess, builds, rules)
    if reason:
        said = Witnesses(titles, builds, alone, len(text.split()), known, reading)
        guess = replace(guess, reason=reason, why=doubt_in_words(said, catalogue, few_words=FEW_WORDS))
    if reason == UNSURE_OF_ALL:
        other = runner_up if best == UNKNOWN else best
        return replace(guess, slug=UNKNOWN, confidence=shares.get(UNKNOWN, 0.0), runner_up=other)
    built = next((build for build in builds if build.slug == best), None)
    return replace(guess, evidence=(*(built.seen if built else ()), *model.evidence(text, best, runner_up)))


def _reason(guess: TypeGuess, builds: Sequence[Build], rules: ClassifyRules) -> str | None:
    if guess.slug == UNKNOWN or guess.confidence < rules.unknown_below:
        return UNSURE_OF_ALL
    return None if guess.confidence >= _line(guess.title, guess.slug, builds, rules) else "type.unsure"


def folder_shares(shares: Mapping[str, float], catalogue: Catalogue) -> dict[str, float]:
    """The shares of the types of each folder together."""
    together: dict[str, float] = {}
    for slug, share in shares.items():
        folder = catalogue[slug].folder if slug in catalogue else UNKNOWN
        together[folder] = together.get(folder, 0.0) + share
    return together


def choices(ranked: Sequence[str], catalogue: Catalogue, folder: str | None) -> tuple[str, ...]:
    """The likeliest types to offer a person; those of a folder that is sure come first."""
    offered = [slug for slug in ranked if slug in catalogue and slug != UNKNOWN]
    ordered = sorted(offered, key=lambda slug: catalogue[slug].folder != folder) if folder else offered
    return tuple(ordered[:OFFERED])


def reading_of(pages: Sequence[PageLanguage]) -> float:
    """How well the pages were read that the type is told by: the mean certainty of their words."""
    sure = [word.confidence for page in pages[:PAGES_READ] for word in page.reading.words]
    return sum(sure) / len(sure) if sure else 0.0


def cloud(shares: Mapping[str, float], reading: float, known: float) -> dict[str, float]:
    """The shares brought nearer to one another where pages read poorly or their words are new: neither ever makes a type surer."""
    haze = HAZE * max(0.0, 1 - reading / READS_WELL, 1 - known / MET)
    return {slug: (1 - haze) * share + haze / len(shares) for slug, share in shares.items()}


def _builds(pages: Sequence[PageLanguage]) -> tuple[Build, ...]:
    rows = [row for page in pages[:PAGES_READ] for row in page.reading.text.splitlines()]
    return find_builds(_lines(pages), rows)


def _line(title: str, slug: str, builds: Sequence[Build], rules: ClassifyRules) -> float:
    """From where on a type is sure: least is asked of an undisputed title, most of text alone."""
    telling = {build.slug for build in builds if build.doubt <= TELLING}
    if title and telling <= {slug}:
        return rules.sure_at
    return max(rules.sure_at, rules.sure_built_at if title or slug in telling else rules.sure_untitled_at)


def _first_page(pages: Sequence[PageLanguage]) -> PageLanguage | None:
    """The first page that has words to speak of: titles are looked for there."""
    return next((page for page in pages if len(page.reading.words) >= FEW_WORDS), pages[0] if pages else None)


def body_text(lines: Sequence[str], titles: Sequence[Title]) -> str:
    """The words of some lines without those of the titles, so that title and text are two witnesses."""
    skip = {title.text for title in titles if title.doubt < 0.1}
    return "\n".join(text for text in lines if text not in skip)


def text_of(pages: Sequence[PageLanguage]) -> str:
    """What the text model reads of a document: its first pages without the titles of the first that has words to speak of."""
    first = _first_page(pages)
    return body_text(_lines(pages), first.titles if first else ())


def _lines(pages: Sequence[PageLanguage]) -> list[str]:
    return [line.text for page in pages[:PAGES_READ] for line in page.lines]


def _text_shares(text: str, model: TypeModel, catalogue: Catalogue) -> dict[str, float]:
    """The model's shares over the catalogue's types; even, and `unknown` ahead, when there is too little to read."""
    if len(text.split()) < FEW_WORDS:
        return {slug: 0.5 if slug == UNKNOWN else 0.5 / len(catalogue.types) for slug in (*catalogue.types, UNKNOWN)}
    scores = model.scores(text)
    return _normal({slug: scores.get(slug, UNTAUGHT) for slug in catalogue.types})


def _by_length(shares: Mapping[str, float], words: int) -> dict[str, float]:
    """The shares of a short text brought nearer to one another."""
    told = min(1.0, words / TELLING_WORDS)
    return {slug: told * share + (1 - told) / len(shares) for slug, share in shares.items()}


def weigh(shares: Mapping[str, float], titles: Sequence[Title], builds: Sequence[Build] = ()) -> dict[str, float]:
    """Bayes: each title or build is far likelier on its own type than on another, by as much as such finds are right."""
    if not titles and not builds:
        return dict(shares)
    weighed = _opened(_beside_title(shares) if titles else shares)
    for named, doubt in [(found.slug, found.doubt) for found in titles] + [(found.slug, found.doubt) for found in builds]:
        weighed = {slug: share * (SHOWN if slug == named else doubt) for slug, share in weighed.items()}
    return _normal(weighed)


def _opened(shares: Mapping[str, float]) -> dict[str, float]:
    return {slug: (1 - OPEN) * share + OPEN / len(shares) for slug, share in shares.items()}


def _beside_title(shares: Mapping[str, float]) -> dict[str, float]:
    """The text's shares with the members of a family brought nearer to one another."""
    near = dict(shares)
    for family in KIN:
        members = [slug for slug in shares if slug in family]
        even = ALIKE * sum(shares[slug] for slug in members) / max(len(members), 1)
        near |= {slug: (1 - ALIKE) * shares[slug] + even for slug in members}
    return near


def _normal(shares: Mapping[str, float]) -> dict[str, float]:
    total = sum(shares.values()) or 1.0
    return {slug: share / total for slug, share in shares.items()}
