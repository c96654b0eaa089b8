"""Who else has a case on screen. In this process alone, and told only among those of one house."""

from __future__ import annotations

from collections import OrderedDict

from cloudtag.serving.viewers import Viewer

SECONDS = 60.0
"""So long after it was shown, or its connection was last heard of, a page counts as being looked at."""
MOST_CASES = 10_000


class Looking:
    """Who looked at which case when (seconds)."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, dict[str, tuple[Viewer, float]]] = OrderedDict()

    def saw(self, alert_id: str, viewer: Viewer, now: float) -> None:
        """Somebody was shown a case."""
        self._seen.setdefault(alert_id, {})[viewer.name] = viewer, now
        self._seen.move_to_end(alert_id)
        while len(self._seen) > MOST_CASES:
            self._seen.popitem(last=False)

    def still_sees(self, alert_id: str, viewer: Viewer, now: float) -> None:
        """Whoever was shown a case has it on screen still; who was not is none of those."""
        if viewer.name in self._seen.get(alert_id, {}):
            self.saw(alert_id, viewer, now)

    def others(self, alert_id: str, viewer: Viewer, now: float) -> tuple[str, ...]:
        """The others of one's own house who look at a case: a shop is not told that the platform does."""
        seen = self._seen.get(alert_id, {})
        return tuple(
            sorted(
                name
                for name, (other, at) in seen.items()
                if name != viewer.name and now - at <= SECONDS and _is_of_one_house(viewer, other)
            )
        )


def _is_of_one_house(one: Viewer, other: Viewer) -> bool:
    return one.role == other.role and (one.role != "shop" or bool(one.shops & other.shops))
