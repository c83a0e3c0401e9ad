"""Blocking keys: what an index entry is found by, and what a claim searches for. Knows nothing of how well they then agree.

A key is a short string: its kind, then attributes joined with "|". Every key but MRN, phone and birth date carries two or more.
"""

from __future__ import annotations

from collections.abc import Iterator

from jellyfish import soundex

from pipeline.matching.fold import Who, fold_ocr, who_is
from pipeline.matching.nicknames import related_names
from schemas.patient import IndexPatient, PatientClaim

MAX_SURNAMES = 5
MAX_DATES = 10


def patient_keys(patient: IndexPatient) -> tuple[str, ...]:
    """The keys an index entry is found by, about twenty; double and previous surnames add a few."""
    who = who_is(patient)
    keys = [*_number_keys(who), *_date_keys(who.dob)]
    for last in _surnames(who):
        keys += _name_keys(last, who.first, who.dob)
        keys += _line_keys(last, who.phone)
        keys += _home_keys(last, who.street)
        keys += _part_keys(last, who.first)
    keys += _given_keys(who.first, who.dob, who.zip)
    return tuple(dict.fromkeys(keys))


def claim_keys(claim: PatientClaim) -> tuple[str, ...]:
    """The keys a claim searches for: as read, and as it may have been meant (swapped, misread, short forms)."""
    who = who_is(claim)
    return tuple(dict.fromkeys(_query_keys(who)))


def _query_keys(who: Who) -> Iterator[str]:
    yield from _number_keys(who)
    yield from _line_keys(who.last, who.phone)
    yield from _home_keys(who.last, who.street)
    if len(who.dob) < 10:
        yield from _part_keys(who.last, who.first)
    for date in date_variants(who.dob):
        yield from _date_keys(date)
    yield from _reading_keys(who, _surnames(who), [who.first])
    for short in related_names(who.first):
        yield from (f"N|{last}|{short}" for last in _surnames(who))
        if who.zip:
            yield f"Z|{short}|{who.zip}"
    if who.last and who.first:
        yield from _reading_keys(who, [who.first], [who.last])
        yield from (f"N|{shorter}|{who.first}" for shorter in deletions(who.last))


def _reading_keys(who: Who, lasts: list[str], firsts: list[str]) -> Iterator[str]:
    for first in firsts:
        for last in lasts:
            yield from _name_keys(last, first, who.dob)
        yield from _given_keys(first, who.dob, who.zip)


def _number_keys(who: Who) -> list[str]:
    keys = []
    if who.mrn:
        keys.append(f"M|{who.mrn}")
    if who.phone:
        keys.append(f"P|{who.phone}")
    if len(who.ssn) == 4 and len(who.dob) >= 4:
        keys.append(f"4|{who.ssn}|{who.dob[:4]}")
    if who.house and who.zip:
        keys.append(f"H|{who.house}|{who.zip}")
    if who.street and who.zip:
        keys.append(f"W|{who.street[:4]}|{who.zip}")
    if who.house and who.street:
        keys.append(f"U|{who.house}|{who.street[:4]}|{who.first[:1]}")
    if len(who.ssn) == 4:
        keys += [f"V|{who.ssn}|{name[:2]}" for name in (who.last, who.first) if name]
    return keys


def _date_keys(dob: str) -> list[str]:
    return [f"D|{dob}"] if len(dob) == 10 else []


def _name_keys(last: str, first: str, dob: str) -> list[str]:
    if not last:
        return []
    keys = []
    sound = soundex(last)
    if first:
        keys = [f"N|{last}|{first}", f"X|{sound}|{soundex(first)}"]
        if len(dob) >= 4:
            keys += [f"S|{sound}|{dob[:4]}|{first[0]}", f"R|{last[:3]}|{first[:3]}|{dob[3]}"]
    if len(dob) == 10:
        keys.append(f"O|{fold_ocr(last)}|{dob[5:]}")
    return keys


def _part_keys(last: str, first: str) -> list[str]:
    """Names of which either end is whole, for pages without a birth date."""
    return [f"B|{last[:3]}|{first}", f"E|{last[-3:]}|{first}", f"F|{last}|{first[:2]}"] if last and first else []


def _line_keys(last: str, phone: str) -> list[str]:
    """A telephone number's end with a surname's sound, for numbers of which another digit is misread."""
    return [f"T|{phone[-4:]}|{soundex(last)}"] if last and phone else []


def _home_keys(last: str, street: str) -> list[str]:
    """The beginnings of surname and street, for pages of which house number, ZIP and the rest of the names are misread."""
    return [f"A|{last[:3]}|{street[:4]}"] if last and street else []


def _given_keys(first: str, dob: str, zip_code: str) -> list[str]:
    keys = []
    if first and len(dob) == 10:
        keys.append(f"G|{fold_ocr(first)}|{dob[5:]}")
    if first and zip_code:
        keys.append(f"Z|{first}|{zip_code}")
    return keys


def _surnames(who: Who) -> list[str]:
    names = [who.last, *who.last_parts, who.previous]
    return list(dict.fromkeys(name for name in names if name))[:MAX_SURNAMES]


def date_variants(dob: str) -> list[str]:
    """A birth date as read, with day and month swapped, and with neighbouring digits of year, month or day transposed."""
    if len(dob) != 10:
        return []
    year, month, day = dob[:4], dob[5:7], dob[8:]
    variants = [dob, f"{year}-{day}-{month}", f"{year[0]}{year[1]}{year[3]}{year[2]}-{month}-{day}"]
    variants += [f"{year}-{month[::-1]}-{day}", f"{year}-{month}-{day[::-1]}"]
    variants += [f"{century}{year[2:]}-{month}-{day}" for century in ("19", "20")]
    return [date for date in dict.fromkeys(variants) if "01" <= date[5:7] <= "12" and "01" <= date[8:] <= "31"][:MAX_DATES]


def deletions(name: str) -> list[str]:
    """A name with each of its letters left out once."""
    return [name[:i] + name[i + 1 :] for i in range(len(name))] if len(name) >= 5 else []
