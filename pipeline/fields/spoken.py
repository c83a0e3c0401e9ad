"""What single words outside labels say: an age, a relation, a part of a name. Knows words; must not know places."""

from __future__ import annotations

import re

from pipeline.fields.geometry import Token
from pipeline.fields.lexicon import words
from pipeline.fields.names import PART, is_credential, is_organisation

AGE_OR_SEX = re.compile(
    r"^[(\[]?(?:\d{1,3}(?:y|yo|yr|yrs)?[/-]?[mf]?|m|f|male|female|y|yrs?\.?|years?|y\.?/?o\.?|old|age|sex|[-/|·]+)[,;)\]]*$", re.IGNORECASE
)


def fold_word(text: str) -> str:
    """Lower case, letters only."""
    return re.sub(r"[^a-z]", "", text.lower())


def tells_age(text: str) -> bool:
    """Whether a printed word is nothing but an age or a sex, as "F,53"."""
    return all(AGE_OR_SEX.match(part) for each in text.split(",") if (part := each.strip(".;:'`_")))


def names_another(token: Token) -> bool:
    """Whether a word before a name makes it somebody else's: a relation, a title of clinicians."""
    return token.text.lower().strip(",:;") in words("relations") or is_credential(token.text)


def name_word(token: Token) -> bool:
    """Whether a word may be a part of a personal name."""
    text = token.text.strip(",;(")
    bare = text.strip(".").lower()
    return (
        bare in words("titles")
        or bare in words("particles")
        or (bool(PART.match(text)) and bare not in words("never_names") and not is_organisation(text))
    )
