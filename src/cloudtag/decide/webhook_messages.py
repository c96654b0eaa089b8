"""What a subscription is sent of the records of a partition, each revision once. Pure.

What was sent follows from the records alone: whoever begins anew reads them again, sends nothing of what was dealt
with, and knows then what was. So nothing is kept beside the topics.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import msgspec
from msgspec import Struct

from cloudtag.contract.decision_records import DecisionChanged
from cloudtag.contract.records import Alert
from cloudtag.contract.replay_form import object_of
from cloudtag.contract.scope import Networks
from cloudtag.contract.times import rfc3339
from cloudtag.decide.webhooks import Webhook
from cloudtag.serving.sight import seen_by
from cloudtag.serving.viewers import Viewer

MOST_TOLD = 1 << 17
"""Alerts and decisions of a partition of which it is known what was told; the one told of longest ago goes first."""


class WebhookMessage(Struct, frozen=True):
    """A message: the same record has the same `id` and the same `body` whenever it is sent."""

    id: str
    body: bytes


class ToldRecords:
    """Makes the messages of one subscription and one partition, given its records in order."""

    def __init__(self, webhook: Webhook, networks: Networks, most: int = MOST_TOLD) -> None:
        """`most`: of so many alerts and decisions it is known what was told."""
        self._webhook = webhook
        self._most = most
        self._networks = networks
        self._viewer = Viewer(name=webhook.name, role="shop" if webhook.shops else "platform", shops=webhook.shops)
        self._told: OrderedDict[str, int] = OrderedDict()

    def message_of(self, record: Any) -> WebhookMessage | None:
        """What is to be sent of the next record, if anything; a revision that came before is not sent again."""
        match record:
            case Alert():
                return self._of_alert(record)
            case DecisionChanged():
                return self._of_change(record)
        return None

    def _of_alert(self, alert: Alert) -> WebhookMessage | None:
        known = self._told.get(alert.alert_id)
        if known is not None and alert.revision <= known:
            return None
        if not self._wants_alert(alert, is_known=known is not None):
            return None
        seen = seen_by(self._viewer, alert, self._networks)
        if seen is None:
            return None
        self._note(alert.alert_id, alert.revision)
        return _message("alert.revised", f"{alert.alert_id}.{alert.revision}", alert.decided_at, seen)

    def _wants_alert(self, alert: Alert, *, is_known: bool) -> bool:
        hook = self._webhook
        if alert.historical is True and not hook.historical:
            return False
        if alert.status == "withdrawn" and is_known:
            return True
        # Nobody needs to hear of the end of what they never heard of, unless they ask for ends.
        if alert.status == "withdrawn" and "withdrawn" not in hook.statuses:
            return False
        return all(
            not wanted or found in wanted
            for wanted, found in (
                (hook.statuses, alert.status),
                (hook.severities, alert.severity),
                (hook.scenarios, alert.scenario),
                (hook.detectors, alert.detector),
            )
        )

    def _of_change(self, change: DecisionChanged) -> WebhookMessage | None:
        known = self._told.get(change.decision_id)
        if known is not None and change.revision <= known:
            return None
        if not self._viewer.sees_shop(self._networks[change.platform], change.shop_id):
            return None
        if self._webhook.answers and change.answer not in self._webhook.answers:
            return None
        self._note(change.decision_id, change.revision)
        return _message("decision.changed", change.change_id, change.changed_at, change)

    def _note(self, name: str, revision: int) -> None:
        self._told[name] = revision
        self._told.move_to_end(name)
        if len(self._told) > self._most:
            self._told.popitem(last=False)


def _message(kind: str, message_id: str, at_ms: int, record: Struct) -> WebhookMessage:
    content = {"type": kind, "timestamp": rfc3339(at_ms), "data": object_of(record)}
    return WebhookMessage(message_id, msgspec.json.encode(content))
