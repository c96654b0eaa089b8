"""A back-test as plain objects, ready for JSON: records in the replay form, times as RFC 3339."""

from __future__ import annotations

from typing import Any

import msgspec

from cloudtag.backtest.counts import RecordCount
from cloudtag.backtest.money import Money
from cloudtag.backtest.parameters import ParameterChange
from cloudtag.backtest.run import Backtest
from cloudtag.contract.standing import record_id
from cloudtag.contract.times import rfc3339
from cloudtag.wire.replay_form import encode_json


def as_object(found: Backtest) -> dict[str, Any]:
    """Everything there is to know."""
    return {
        "events": found.events,
        "first_at": _time(found.first_ms),
        "last_at": _time(found.last_ms),
        "until": _time(found.until_ms),
        "is_same": found.is_same,
        "parameters": [_parting(each) for each in found.parameters],
        "streams": {
            each.stream: {
                "stood": each.stood,
                "stands": each.stands,
                "opened": len(each.opened),
                "withdrawn": len(each.withdrawn),
                "changed": len(each.changed),
                "changed_fields": each.fields,
            }
            for each in found.differences
        },
        "by_detector": [_count(each) for each in found.counts.detector],
        "by_shop": [_count(each) for each in found.counts.shop],
        "by_buyer": [_count(each) for each in found.counts.buyer],
        "money": {"opened": _money(found.opened), "withdrawn": _money(found.withdrawn)},
        "opened": [encode_json(each.stream, record) for each in found.differences for record in each.opened],
        "withdrawn": [encode_json(each.stream, record) for each in found.differences for record in each.withdrawn],
        "changed": [
            {
                "stream": each.stream,
                "id": record_id(change.new),
                "fields": [field.name for field in change.fields],
                "base": encode_json(each.stream, change.base),
                "new": encode_json(each.stream, change.new),
            }
            for each in found.differences
            for change in each.changed
        ],
    }


def _parting(parting: ParameterChange) -> dict[str, Any]:
    return {
        "name": parting.name,
        "base": parting.base,
        "new": parting.new,
        "platforms": list(parting.platforms),
        "from": _time(parting.from_ms),
        "until": _time(parting.until_ms),
    }


def _count(count: RecordCount) -> dict[str, Any]:
    return dict(msgspec.to_builtins(count))


def _money(money: Money) -> dict[str, Any]:
    sums = [{**msgspec.to_builtins(each), "total_minor": each.total_minor} for each in money.sums]
    return {**msgspec.to_builtins(money), "sums": sums}


def _time(time_ms: int | None) -> str | None:
    return None if time_ms is None else rfc3339(time_ms)
