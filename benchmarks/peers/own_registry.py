"""Enters a job's streams among cloudtag's own, before anything of the engine looks at them.

Only in a process that does nothing else: the engine makes its readers of what streams there are when it is imported.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cloudtag.contract import streams


def enter(name: str, alert: type[Struct], key: str) -> None:
    """An output stream of a job: its alerts have an `alert_id`, and can be taken back."""
    stream = streams.OutputStream(name, alert, key, id="alert_id", taken_back="withdrawn")
    for by_name in (streams.REVISED, streams.PUBLISHED):
        by_name[stream.name] = stream
    by_struct: dict[type[Struct], Any]
    for by_struct in (streams.REVISED_OF, streams.PUBLISHED_OF):
        by_struct[alert] = stream
    streams.STREAM_OF[alert] = stream.name
