"""What happens while the week passes, a line every few seconds."""

import time
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import Struct

from cloudtag.cli.demo.week import Slice
from cloudtag.cli.screen import note
from cloudtag.contract.records import Alert
from cloudtag.contract.standing import is_taken_back, latest

EVERY_SECONDS = 2.5


class ProgressReport:
    """Says how far event time has come, and what stands by then."""

    def __init__(self) -> None:
        """Nothing has happened yet."""
        self._told_at = time.monotonic()
        self._events = 0
        self._known = 0

    def tell(self, part: Slice, records: Iterable[Struct], *, is_last: bool = False) -> None:
        """A slice was judged, and `records` have been published so far."""
        self._events += len(part.events)
        if not is_last and time.monotonic() - self._told_at < EVERY_SECONDS:
            return
        known = latest(record for record in records if isinstance(record, Alert)).values()
        alerts = [alert for alert in known if not is_watch(alert)]
        back = sum(map(is_taken_back, alerts))
        when = datetime.fromtimestamp(part.reaches_at / 1000, UTC)
        new, self._known = len(alerts) - self._known, len(alerts)
        note(
            f"  {when:%a %d %b %H:%M}  {self._events:6,} events  {len(alerts) - back:4} alerts stand"
            f"  {f'(+{new})' if new else '':6}{back:3} taken back"
        )
        self._told_at = time.monotonic()


def is_watch(alert: Alert) -> bool:
    """Whether an alert only says that others stand about the same buyer (A1)."""
    return alert.detector == "buyer_risk" and alert.severity == "low"
