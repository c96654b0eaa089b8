"""Text from others on its way to a terminal: what would move a cursor or turn letters around is shown instead."""

import re
import unicodedata

_ORDERS = ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
"""Categories of characters that are not seen but obeyed: controls, direction marks, lone surrogates, line ends."""
_SUSPECT = re.compile(r"[^\x20-\x7e]")


def visible(text: str) -> str:
    r"""The text with every character that is not a visible one written as an escape, as `\x1b` or `\u202e`."""
    return _SUSPECT.sub(_escaped, text)


def visible_json(line: str) -> str:
    r"""A line of JSON that means the same and holds no such character: they only occur in strings, as `\u009b`."""
    return _SUSPECT.sub(_json_escaped, line)


def _is_order(char: str) -> bool:
    return unicodedata.category(char) in _ORDERS


def _escaped(found: re.Match[str]) -> str:
    char = found[0]
    return char.encode("unicode_escape", "surrogatepass").decode("ascii") if _is_order(char) else char


def _json_escaped(found: re.Match[str]) -> str:
    char = found[0]
    if not _is_order(char):
        return char
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[n : n + 2].hex()}" for n in range(0, len(units), 2))


def visible_lines(text: str) -> str:
    """The same for a text of several lines: line ends and tabs stay."""
    return re.sub(r"[^\n\t]+", lambda found: visible(found[0]), text)
