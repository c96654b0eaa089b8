"""An alert as the warehouse stores it, computed anew from the raw facts beside it where the identities are readable."""

from __future__ import annotations

from collections.abc import Sequence

from cloudtag.contract.records import Alert
from cloudtag.explain.conditions import changes
from cloudtag.explain.recompute import Recomputed, recompute
from cloudtag.explain.rendering import account
from cloudtag.explain.stored import OriginalNames, StoredRow, alert_of, event_of
from cloudtag.policy.model import Policies


def account_of_stored(
    stored: Sequence[StoredRow],
    facts: Sequence[tuple[str, StoredRow]],
    names: OriginalNames,
    policies: Policies,
    until_ms: int | None,
) -> list[str]:
    """The account of an alert from its stored revisions (oldest first, at least one) and the facts about it.

    Where the buyer has no name, the stored revisions are shown as they are.
    """
    told = [_told(alert_of(row, names)) for row in stored]
    newest = told[-1].alert
    events = [event_of(stream, row, names) for stream, row in facts]
    if ("buyer", stored[-1]["buyer_key"]) not in names:
        return account(newest, told, events, policies)
    last_ms = max([newest.decided_at, *(event.occurred_at for event in events)])
    again = recompute(events, newest.alert_id, policies, max(last_ms, until_ms or 0))
    if not again:
        return [*account(newest, told, events, policies), "", "Computed anew: these facts give no such alert any more"]
    return [*account(again[-1].alert, again, events, policies), "", *_compared(told, again[-1].alert)]


def _told(alert: Alert) -> Recomputed:
    return Recomputed(alert, alert.decided_at, is_recomputed=False)


def _compared(told: list[Recomputed], again: Alert) -> list[str]:
    """Whether the alert that was stored last is the one computed anew, and what differs if not."""
    newest = told[-1].alert
    others = changes(newest, again)
    kept = f"stored revisions: {', '.join(f'{t.alert.revision} {t.alert.status}' for t in told)}"
    if not others:
        return [f"Computed anew: the same as stored ({kept})"]
    return [f"Computed anew, it differs from what is stored ({kept})", *(f"  {other}" for other in others)]
