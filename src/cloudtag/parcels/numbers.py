"""The form in which a waybill number is one number, however it was typed (F1)."""

from __future__ import annotations

from functools import lru_cache
from unicodedata import category, normalize

_DOTS = frozenset("·•․。・‧∙⋅｡")
"""Dots besides the full stop that people and input methods put between groups of digits."""
_MINUS = "\u2212"
_LEFT_OUT = frozenset(("Zs", "Zl", "Zp", "Cc", "Cf", "Pd"))
"""Unicode's blanks, controls, characters without width, and dashes."""


@lru_cache(maxsize=65536)
def canonical_number(text: str) -> str:
    """A waybill number in NFKC, upper case, without blanks, hyphens, dots and characters without width.

    Of a text of nothing else, nothing is left: that is no number. What comes out goes in unchanged.
    """
    if text.isascii() and text.isalnum():
        return text.upper()
    if text.isascii():
        return text.upper().translate(_ASCII_LEFT_OUT)
    number = _once(text)
    # Leaving a character out may let its neighbours compose, and a letter's capital may be written with two.
    while number != (again := _once(number)):
        number = again
    return number


def _once(text: str) -> str:
    return "".join(letter for letter in normalize("NFKC", normalize("NFKC", text).upper()) if not _is_left_out(letter))


def _is_left_out(letter: str) -> bool:
    return letter == "." or letter == _MINUS or letter in _DOTS or category(letter) in _LEFT_OUT


# Of ASCII alone nothing composes: one look at each character is enough.
_ASCII_LEFT_OUT = {code: None for code in range(128) if _is_left_out(chr(code))}
