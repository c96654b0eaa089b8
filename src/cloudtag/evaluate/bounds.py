"""How high a share may be of which few, or no, cases were seen."""

from __future__ import annotations

from math import exp, lgamma, log, log1p

CONFIDENCE = 0.95
_STEPS = 60
"""Halvings of the span in which the bound lies: more than a float holds apart."""


def upper_share(cases: int, of: int, confidence: float = CONFIDENCE) -> float:
    """The one-sided upper Clopper–Pearson bound of a share, of which `cases` were seen among `of`.

    Were the true share higher, so few cases would be seen with a chance below 1 - `confidence`. Of nothing seen at all
    nothing is known: 1. Raises `ValueError` for more cases than there are to see.
    """
    if not 0 <= cases <= of:
        raise ValueError(f"{cases} cases of {of}")
    if cases == of:
        return 1.0
    low, high = cases / of, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if _at_most(cases, of, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def _at_most(cases: int, of: int, share: float) -> float:
    """The chance of so many cases or fewer, each of `of` being one with a chance of `share` (0 < `share` < 1)."""
    if not 0.0 < share < 1.0:
        return 1.0 if share <= 0.0 else 0.0
    yes, no = log(share), log1p(-share)
    whole = lgamma(of + 1)
    return sum(exp(whole - lgamma(k + 1) - lgamma(of - k + 1) + k * yes + (of - k) * no) for k in range(cases + 1))
