"""What ClickHouse says of a statement, in one line: what is wrong, where, and what was perhaps meant."""

import re

from cloudtag.cli.failure import LONGEST, one_line

NO_ACCESS = frozenset({192, 193, 194, 516})
"""Codes of a user or password that ClickHouse does not know."""
_HEAD = re.compile(r".*DB::Exception: ", re.DOTALL)
_LEFT_OUT = re.compile(
    r"""\s*\(version\ [^()]*(?:\([^()]*\))?[^()]*\) | \s*\(for\ url\ .*
    |\ FORMAT\ Native\b | [.:]?\ In\ scope\ .* | [.]?\s*Expected\ (?:one\ of:\ )?.* | :?\s*\(in\ query:.*\)""",
    re.DOTALL | re.VERBOSE,
)
_NAME = re.compile(r"\s*\.?\s*\(([A-Z]+(?:_[A-Z0-9]+)+|READONLY)\)")
_MEANT = re.compile(r"[.,]?\s*[Mm]aybe you meant:? (?:\[(?P<list>.*?)\]|(?P<one>[^?]+)\?)")


def sql_error(text: str, code: int) -> str:
    """The line for a text of clickhouse-connect about a server's error."""
    told = _HEAD.sub("", text, count=1)
    names = _NAME.findall(told)
    hint = ""
    if meant := _MEANT.search(told):
        words = (meant.group("list") or meant.group("one")).split(",")
        hint = f" - did you mean {' or '.join(word.strip(_AROUND) for word in words)}?"
    line = one_line(_LEFT_OUT.sub("", _NAME.sub("", _MEANT.sub("", told)))).rstrip(" .,:")
    line = line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
    known = f"{names[-1]}, {code}" if names else str(code)
    end = " - CLOUDTAG_CLICKHOUSE_USER or CLICKHOUSE_PASSWORD is wrong" if code in NO_ACCESS else hint
    return f"ClickHouse: {line} ({known}){end}"


_AROUND = " '`\""
