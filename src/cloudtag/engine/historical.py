"""Marks what was decided before an installation went live, so that nobody acts on the past as if it were news."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from cloudtag.contract.streams import PUBLISHED_OF, OutputStream
from cloudtag.engine.revise import Conclusion


def marked(conclusions: Mapping[str, Conclusion], live_since_ms: int) -> Mapping[str, Conclusion]:
    """The same conclusions, each record marked as historical or not where its stream has such a mark.

    Part of what is concluded, and so of what is compared with what was published: whoever moves the moment gets every
    record that is judged again with its new mark. A record that is taken back keeps the mark it was published with.
    """
    return {name: _marked(conclusion, live_since_ms) for name, conclusion in conclusions.items()}


def _marked(conclusion: Conclusion, live_since_ms: int) -> Conclusion:
    stream = PUBLISHED_OF[type(conclusion.record)]
    if not isinstance(stream, OutputStream) or stream.moment is None:
        return conclusion
    moment_ms = stream.moment(conclusion.record) if conclusion.moment_ms is None else conclusion.moment_ms
    return replace(conclusion, record=replace(conclusion.record, historical=moment_ms < live_since_ms))
