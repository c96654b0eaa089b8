"""What a detector declares of itself besides its parameters, examples and function."""

from __future__ import annotations

from typing import Any, Literal

from msgspec import Struct

from cloudtag.contract.records import Family

Scope = Literal["order", "parcel", "buyer", "risk"]
"""What a detector looks at in one go: one order with all that belongs to it, one returned parcel, all of a buyer's
orders, or all of a buyer's alerts."""
Signal = Literal[
    "invalid_address",
    "cancelled",
    "closed_unpaid",
    "undone",
    "note",
    "affiliate",
    "bulk",
    "refund",
    "marked_return",
    "advert",
    "lost_complaint",
    "legal_complaint",
    "shop_link",
    "wrong_item",
    "picture",
    "shop_complaint",
]
"""What a buyer's keyed state must have seen at least once for a detector of scope `buyer` to be asked (cheap, never
exact)."""


class Rule(Struct, frozen=True, kw_only=True):
    """The fixed facts about a detector.

    `needs` are the input streams of which it must have seen something to be asked at all, `signals` what else.
    `rules` are the rule ids it implements; `scenario` is the tag label its alerts carry; `clears` is what fact would
    clear an alert, in English and Chinese; `title` names it for people. `cleared` are its own words, in both languages,
    for an event that did clear one, by stream or by stream and what the event said (`orders:paid`), with `{on}` for the
    day; general words stand in for what is not there.
    """

    title: str
    family: Family
    scenario: str
    signals: tuple[Signal, ...] = ()
    scope: Scope
    needs: tuple[str, ...]
    rules: tuple[str, ...]
    clears: str
    clears_zh: str
    recommendation: str | None = None
    cleared: dict[str, tuple[str, str]] = {}


class Example(Struct, frozen=True, kw_only=True):
    """Events in the replay form, and what the detector must say about them.

    Times are written as `D+H:MM` offsets in days, hours and minutes from a fixed Monday. `until` moves time on past
    the last event. `fires` lists the expected standing alerts as facts that must hold; empty means quiet.
    """

    name: str
    events: tuple[dict[str, Any], ...]
    fires: tuple[dict[str, Any], ...] = ()
    until: str | None = None
