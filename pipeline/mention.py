"""What a text says of a word in it: denied, of a relative, of a risk, in a form, under which heading. Knows cues and clauses, no medicine.

After ConText (Harkema et al. 2009, "ConText: an algorithm for determining negation, experiencer and temporal status"): a cue rules the words
of its own clause on one side of it, up to a word that ends what it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MASK = "hinted"
REACH = 12  # words of a clause on either side
NEXT = 2  # of which the next ones say most
LINES_UNDER = 8  # lines that a heading speaks for
_ANY = re.IGNORECASE

SENTENCE = re.compile(r"[.;?!](?=\s|$)|\n(?=\s*\n)|\n(?=[^\n:]{2,40}:)|\n(?=\s*[-\u2022*\[])|\n(?=\s*\d{1,2}[.)]\s)")
TURN = re.compile(r"\b(?:but|however|although|except|presents?|now|currently|admits?|endorses|reports)\b", _ANY)
BEFORE = {  # cues that speak of what follows them
    "denied": r"no|not|denie[sd]|denying|deny|without|neg(?:ative)?(?: for)?|never|none|absence of|free (?:of|from)|rule[ds]?[ -]out|r/o"
    r"|doesn'?t|nor|neither|unlikely"
    r"|declin\w+|refus\w+|non[- ]?reactive",
    "relative": r"family (?:medical )?(?:history|hx)|famhx|fhx?|fam hx|father|mother|sister|brother|(?:maternal|paternal) \w+|aunt|uncle"
    r"|grand(?:mother|father|parents?)"
    r"|parents|son|daughter|cousin|siblings?|relatives?|husband|wife|spouse|roommate|donor",
    "risk": r"risks?|rare(?:ly)?|complications include|side effects?|may cause|can cause|warnings?|avoid|do not|don'?t|if you|call"
    r"|in case|should|recommend\w*"
    r"|guidelines?|prevent\w*|vaccin\w+|precautions?|interacts?",
    "screened": r"screen(?:ing|ed|s)?|offered|discussed|counsel(?:ed|ing) (?:on|about|regarding|to)|eligible|due|up to date|declin\w+"
    r"|refus\w+|questionnaire|risk factors?|consider(?:ed)?"
    r"|education|handouts?|brochure|information (?:on|about|regarding)",
    "in a form": r"authoriz\w+|releas\w+|consent\w*|i understand|undersigned|initial(?:ed|s)?|permission|disclos\w+|checked"
    r"|check (?:box|all)|such as|including|\[ ?\]|have you",
    "allergic": r"allerg\w+|intoleran\w+|adverse reaction",
}
AFTER = {  # cues that speak of what stands before them
    "denied": r"none|no|never|neg(?:ative)?|denie[sd]|not|n/a|absent|unlikely|ruled out|excluded|unremarkable|non[- ]?reactive|unknown"
    r"|normal|not applicable",
    "relative": r"in (?:his|her|the|a|an|one)? ?(?:father|mother|sister|brother|aunt|uncle|grand\w+|relatives?|family|son|daughter|cousin)",
    "screened": r"declin\w+|refus\w+|offered|discussed|up to date|due|cancelled|pending|screen(?:ing)?|not (?:done|tested|indicated)",
    "in a form": r"yes ?(?:\[ ?\]|/)? ?no|\[ ?\]|if initialed|initials",
}
_BEFORE = {name: re.compile(rf"(?<!\w)(?:{cues})(?!\w)", _ANY) for name, cues in BEFORE.items()}
_AFTER = {name: re.compile(rf"(?<!\w)(?:{cues})(?!\w)", _ANY) for name, cues in AFTER.items()}

HEADING = re.compile(r"(?:^|(?<=\n))\W{0,3}([A-Za-z][A-Za-z /&']{1,34}?)\s*:|(?:^|(?<=\n))\W{0,3}([A-Z][A-Z /&']{2,34})\s*(?=\n|$)")
HEADINGS = {  # of which the sections of a record are made, by a word of their headings
    "family": r"family|famhx|fhx?",
    "habits": r"social|habits|shx?|tobacco|lifestyle|alcohol|substance use|drug use",
    "review": r"review of systems|ros|psych(?:iatric)?|neuro\w*|exam\w*|constitutional|mental status|objective",
    "allergies": r"allerg\w+",
    "upkeep": r"health maintenance|screening\w*|immunization\w*|prevent\w*|questionnaire",
    "advice": r"instructions?|education|precautions|warnings?|risks?|information|resources",
    "forms": r"authorization|consent\w*|release|notice|disclosure",
    "past": r"(?:past )?(?:medical|psychiatric) history|pmhx?|hx",
    "named": r"problems?(?: list)?|diagnos\w+|dx|assessment\w*|impression|plan|hospital course|reason\w*|chief complaint|cc|hpi"
    r"|history of present illness|subjective|course",
    "drugs": r"(?:current |home |discharge )?med(?:ication)?s\b.*|rx|prescriptions?",
    "results": r"lab\w*|results?|component|test\w*",
}
_HEADINGS = {name: re.compile(rf"\W*(?:{words})\b", _ANY) for name, words in HEADINGS.items()}


def passage_around(text: str, start: int, end: int) -> str:
    """The clause around the words between two places of a text, these masked, then the words next to them and the cues they stand under, marked."""
    before, after = clause_around(text, start, end)
    near = [f"{side}{word}" for side, ranked in (("left", before[::-1]), ("right", after)) for word in map(_plain, ranked[:NEXT])]
    return " ".join((*before, MASK, *after, *near, *cues_of(text, start, end)))


def cues_of(text: str, start: int, end: int) -> tuple[str, ...]:
    """Every cue under which the words between two places of a text stand, as one word each."""
    before, after = (" ".join(words) for words in clause_around(text, start, end))
    cues = tuple(word.replace(" ", "") for word in (*_cues(before, after), *_section(text, start)))
    return cues or ("cueless",)


def _plain(word: str) -> str:
    return "".join(filter(str.isalnum, word))


def clause_around(text: str, start: int, end: int) -> tuple[list[str], list[str]]:
    """The words of a sentence before a place in it, behind the last turn of the thought, and those after it, before the next."""
    before = text[max((hit.end() for hit in SENTENCE.finditer(text, 0, start)), default=0) : start]
    stop = SENTENCE.search(text, end)
    after = text[end : stop.start() if stop else len(text)]
    before = before[max((hit.end() for hit in TURN.finditer(before)), default=0) :]
    turn = TURN.search(after)
    return before.split()[-REACH:], after[: turn.start() if turn else len(after)].split()[:REACH]


def _cues(before: str, after: str) -> Iterator[str]:
    yield from (f"cue {name}" for name, cue in _BEFORE.items() if cue.search(before))
    yield from (f"cue {name} after" for name, cue in _AFTER.items() if cue.search(after))


def _section(text: str, start: int) -> Iterator[str]:
    """Under which heading a place stands, the nearest before it, if that is near."""
    lines = text[:start].rsplit("\n", LINES_UNDER)[-LINES_UNDER:]
    heads = [hit[1] or hit[2] for line in lines for hit in HEADING.finditer(line)]
    if heads:
        yield from (f"head {name}" for name, words in _HEADINGS.items() if words.match(heads[-1]))
