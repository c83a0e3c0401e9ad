"""Stocks of names with how common they are: the census of 2020, by origin of the bearers, and four stocks picked out of it."""

from __future__ import annotations

import json
from bisect import bisect
from collections.abc import Iterable, Mapping
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import NamedTuple

_ORIGINS = ("white", "black", "asian", "hispanic")

# Picked by hand; how common each is comes from the census.
_STOCKS = {
    "vietnamese": (
        "NGUYEN TRAN LE PHAM HUYNH HOANG VU VO DANG BUI DO HO NGO DUONG LY DINH TRINH TRUONG CAO MAI LAM THAI CHAU HA TA",
        "THUY LAN HUONG MAI LINH THANH HOA PHUONG TRANG NGA HANH KIM ANH DUNG LOAN YEN VAN HONG TUYET NGOC",
        "MINH TUAN HUNG DUNG THANH DUC HAI LONG NAM QUANG SON TRUNG VINH HOANG KHANH CUONG BINH PHUC TAM VAN",
    ),
    "chinese": (
        ("CHEN WANG LI LIU ZHANG HUANG LIN WU YANG ZHAO ZHOU XU SUN ZHU MA GUO HE LUO ZHENG LIANG XIE TANG CHAN WONG CHANG CHENG LAU LEUNG"),
        "MEI LI YING XIU HONG JING YAN LING HUA FANG MIN QING XIAOLING YU HUI JIE YI WEI LIN NA",
        "WEI JIAN MING HAO JUN LEI TAO FENG GANG BIN YONG LONG JIE CHENG BO XIN PENG KAI ZHI HUI",
    ),
    "indian": (
        (
            "PATEL SINGH SHAH SHARMA KUMAR GUPTA KAUR DESAI MEHTA REDDY RAO JOSHI AMIN PARIKH GANDHI VERMA BHATT NAIR THOMAS IYER "
            "MISHRA CHAUDHARY GILL SANDHU"
        ),
        ("PRIYA ANITA SUNITA ANJALI NEHA POOJA KAVITA MEENA REKHA SHILPA DEEPA LATA NISHA RITU HARPREET MANJIT GURPREET USHA SEEMA HETAL"),
        ("RAJESH AMIT SANJAY VIJAY RAVI SURESH ANIL RAMESH KIRAN NILESH HARPREET MANJIT GURPREET ASHOK MUKESH DINESH ARJUN ROHAN VIKRAM NIRAV"),
    ),
    "arabic": (
        (
            "ALI AHMED HASSAN IBRAHIM KHAN MOHAMED MOHAMMED MOHAMMAD HUSSEIN HUSSAIN SALEH OMAR ABDALLAH ABDULLAH KHALIL MANSOUR "
            "NASSER HADDAD SALEM AZIZ KHOURY YOUSEF YOUSSEF SAID SAEED MAHMOUD"
        ),
        ("FATIMA FATMA AISHA AYESHA MARIAM MARYAM ZAINAB LEILA LAYLA KHADIJA AMINA YASMIN SALMA NOOR NOUR HUDA RANIA SARA AMAL HANAN"),
        (
            "MOHAMED MOHAMMED MOHAMMAD MUHAMMAD AHMED AHMAD ALI HASSAN HUSSEIN OMAR IBRAHIM YOUSEF YUSUF KHALED KHALID MAHMOUD "
            "MUSTAFA ABDUL KARIM TAREK"
        ),
    ),
}


class Weighted(NamedTuple):
    """Names, and the running sum of how common they are."""

    names: tuple[str, ...]
    upto: tuple[float, ...]

    def draw(self, rng: Random) -> str:
        """One of the names, a common one more often."""
        return self.names[min(bisect(self.upto, rng.random() * self.upto[-1]), len(self.names) - 1)]


class Stock(NamedTuple):
    """The names that one people bears."""

    last: Weighted
    female: Weighted
    male: Weighted


Tables = Mapping[str, Stock]


def weigh(pairs: Iterable[tuple[str, float]]) -> Weighted:
    """Names that can be drawn by their weights."""
    kept = [(name, weight) for name, weight in pairs if weight > 0]
    return Weighted(tuple(name for name, _ in kept), tuple(accumulate(weight for _, weight in kept)))


def load_tables(path: Path) -> Tables:
    """The stocks, from the rows that `peers.py tables` wrote: name, count, then percent white, black, asian, hispanic (and male)."""
    rows = json.loads(path.read_text(encoding="utf-8"))
    last, first = rows["last"], rows["first"]
    stocks = {
        origin: Stock(
            weigh((row[0], row[1] * row[2 + at]) for row in last),
            weigh((row[0], row[1] * row[2 + at] * (100 - row[6])) for row in first),
            weigh((row[0], row[1] * row[2 + at] * row[6]) for row in first),
        )
        for at, origin in enumerate(_ORIGINS)
    }
    bearers = {row[0]: row[1] * row[4] / 100 for row in last}, {row[0]: row[1] * row[4] / 100 for row in first}
    return stocks | {name: Stock(*(_picked(text, bearers[at > 0]) for at, text in enumerate(texts))) for name, texts in _STOCKS.items()}


def _picked(text: str, bearers: Mapping[str, float]) -> Weighted:
    """These names alone; one that the census is silent about is rare."""
    return weigh((name, max(bearers.get(name, 0.0), 50.0)) for name in text.split())
