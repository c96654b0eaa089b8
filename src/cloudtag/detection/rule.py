"""What a detector declares of itself besides its parameters, examples and function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct

from cloudtag.contract.records import Family
from cloudtag.detection.signals import Signal

Scope = Literal["order", "parcel", "buyer", "alerted", "risk"]
"""What a detector looks at in one go: one order with all that belongs to it, one returned parcel, all of a buyer's
orders, these beside the alerts about them, or all of a buyer's alerts."""


class Rule(Struct, frozen=True, kw_only=True):
    """The fixed facts about a detector.

    `needs` are the input streams of which it must have seen something to be asked at all, `signals` what else. `rules`
    are the rule ids it implements; `scenario` is the tag label its alerts carry; `clears` is what fact would clear an
    alert, in English and Chinese; `title` names it for people. `cleared` are its own words, in both languages, for an
    event that did clear one, by stream or by stream and what the event told (`orders:paid`), with `{on}` for the day;
    general words stand in for what is not there. `scenario_zh` names the scenario in Chinese sentences. `accuses` is
    false where its alerts say nothing against the buyer but protect the shop. `unpaid_ms` tells from its parameters how
    long an order may stay unpaid until it counts: linked buyers are told of it then. `concerns` tells of one order (an
    `OrderView`) and the parameters whether it could be of any interest to a detector of scope `order`: cheap, since
    most are not; it may say yes too often, and must never miss one. Of one that weighs other detectors' alerts
    `own_fields` are the input fields (`stream.field`) it looks at itself: what else its examples hold is there for the
    alerts.
    """

    title: str
    family: Family
    scenario: str
    scenario_zh: str | None = None
    signals: tuple[Signal, ...] = ()
    scope: Scope
    needs: tuple[str, ...]
    rules: tuple[str, ...]
    clears: str
    clears_zh: str
    recommendation: str | None = None
    cleared: dict[str, tuple[str, str]] = {}
    accuses: bool = True
    unpaid_ms: Callable[[Any], int] | None = None
    concerns: Callable[[Any, Any], bool] | None = None
    own_fields: tuple[str, ...] | None = None


class Example(Struct, frozen=True, kw_only=True):
    """Events in the replay form, and what the detector must say about them.

    Times are written as `D+H:MM` offsets in days, hours and minutes from a fixed Monday. `until` moves time on past
    the last event. `fires` lists the expected standing alerts as facts that must hold; empty means quiet.
    """

    name: str
    events: tuple[dict[str, Any], ...]
    fires: tuple[dict[str, Any], ...] = ()
    until: str | None = None
