"""What a misspelt name was meant to be."""

from collections.abc import Iterable
from difflib import get_close_matches

MOST_SLIPS = 2
"""Letters added, left out, replaced or swapped with their neighbour: what still counts as a slip."""


def slip_of(word: str, known: Iterable[str]) -> str | None:
    """The known name of which a word is a slip: other capitals, blanks around it, or one or two letters wrong.

    None for a known name itself, and for a name of its own: at least one letter more must be right than can be wrong,
    so that `pdd` is no slip of `jd`.
    """
    names = list(known)
    if word in names:
        return None
    plain = word.strip().casefold()
    near = [(distance(plain, name.casefold()), name) for name in names]
    near = [(slips, name) for slips, name in near if slips <= MOST_SLIPS and slips < len(name)]
    return min(near)[1] if near else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question to put after an error about a word, or nothing where no known name is near."""
    meant = nearest(word, known)
    return "" if meant is None else f"; did you mean {meant}?"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like a word, if any does."""
    names = {name.casefold(): name for name in known}
    close = get_close_matches(word.casefold(), names, n=1)
    return slip_of(word, names.values()) or (names[close[0]] if close else None)


def distance(first: str, second: str) -> int:
    """How many letters must be added, left out, replaced or swapped with their neighbour to turn one into the other.

    More than any slip has where the lengths alone say so: what people type is then not compared in full.
    """
    if abs(len(first) - len(second)) > MOST_SLIPS:
        return MOST_SLIPS + 1
    before: list[int] = []
    last = list(range(len(second) + 1))
    for i, letter in enumerate(first, 1):
        row = [i]
        for j, other in enumerate(second, 1):
            least = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and (letter, first[i - 2]) == (second[j - 2], other):
                least = min(least, before[j - 2] + 1)
            row.append(least)
        before, last = last, row
    return last[-1]
