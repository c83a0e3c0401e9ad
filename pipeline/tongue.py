"""Whether a page is written in another of the house's languages, told from the small words of its first reading. Knows words alone."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.page import Word

COMMON = {
    "eng": "the of and to in is was with for on at by no not be are has had this that from or as",
    "spa": "el la los las de del y en que con por para un una es no se su al sin como",
    "por": "o a os as de do da dos das e em que com por para um uma no se ao sem como",
    "fra": "le la les de du des et en que avec par pour un une est pas ne se au aux sans dans",
    "ita": "il lo la gli le di del della e in che con per un una non si al senza come",
    "deu": "der die das und in zu mit von ist nicht ein eine den dem des auf bei wurde ohne als nach",
}
FEWEST, MORE = 6, 1.5


def is_in_another(words: Sequence[Word], languages: Sequence[str]) -> bool:
    """Whether a page read in the first of these languages shows more small words of another."""
    first, *others = (count(words, language) for language in languages)
    return any(other >= FEWEST and other > MORE * first for other in others)


def count(words: Sequence[Word], language: str) -> int:
    """How many small words of a language there are; of one without a list, the words that were hardly read."""
    if language not in COMMON:
        return sum(word.confidence < 0.5 for word in words)
    small = set(COMMON[language].split())
    return sum(word.text.strip(".,;:").lower() in small for word in words)
