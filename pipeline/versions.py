"""Which version of each step is at work: of those that make a reading, and of those that decide what becomes of a document."""

from __future__ import annotations

from pipeline import (
    classify,
    clean,
    confidence,
    decide,
    digits,
    extract,
    layer,
    likeness,
    look,
    match,
    read,
    reread,
    sensitivity,
    separate,
    signatures,
    split,
    verify,
)

READING = (
    ("clean", clean.VERSION),
    ("confidence", confidence.VERSION),
    ("layer", layer.VERSION),
    ("look", look.VERSION),
    ("read", read.VERSION),
    ("reread", reread.VERSION),
    ("digits", digits.VERSION),
    ("separate", separate.VERSION),
)
STEPS = (
    *READING,
    ("split", split.VERSION),
    ("classify", classify.VERSION),
    ("extract", extract.VERSION),
    ("match", match.VERSION),
    ("signatures", signatures.VERSION),
    ("sensitivity", sensitivity.VERSION),
    ("verify", verify.VERSION),
    ("decide", decide.VERSION),
    ("likeness", likeness.VERSION),
)
