"""Policies that differ by a version more, and events whose judgement turns on it."""

from collections.abc import Iterable
from typing import Any

import msgspec

from cloudtag.backtest import backtest
from cloudtag.backtest.difference import BacktestDifference
from cloudtag.backtest.run import Backtest
from cloudtag.detection.example import day, event, inspected, ordered, refunded
from cloudtag.eventfiles.decoded_lines import events_of
from cloudtag.policy.load import Packs, read_packs

DEFAULT = """
[[version]]
id = "old"
from = 2000-01-01T00:00:00Z
[version.tags]
network = "default"
[version.tags.scenarios]
worn_return = "Worn"
short_return = "Short"
"""
JD = """
[[version]]
id = "old"
from = 2000-01-01T00:00:00Z
[version.tags]
network = "jd"
"""
ALWAYS = "2000-01-02T00:00:00Z"
LATER = day(10)
TYPE = {"type": "refund_only", "reason": "quality"}


def version(rules: str, starts: str = ALWAYS, name: str = "new") -> str:
    """A version, to be put after those a pack has; `rules` are its tables."""
    return f'\n[[version]]\nid = "{name}"\nfrom = {starts}\n{rules}'


def packs(default: str = "", jd: str = "") -> Packs:
    """Two packs, those versions after their first; every other platform is judged by the default one."""
    return read_packs({"default.toml": DEFAULT + default, "jd.toml": JD + jd})


def packs_with(rules: str, starts: str = ALWAYS) -> Packs:
    """The packs with those rules in force from then on, everywhere."""
    return packs(version(rules, starts), version(rules, starts))


def table(detector: str, rules: str) -> str:
    return f"[version.detectors.{detector}]\n{rules}\n"


def lines(events: Iterable[dict[str, Any]]) -> list[bytes]:
    """The replay form, with the orders that are tagged and that nothing tells of: a tag counts only with its order."""
    told = list(events)
    return [msgspec.json.encode(each) for each in (*told, *untold_orders(told))]


def untold_orders(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of every tag the orders, completed at the tagging shop before it tagged, unless an event tells of them."""
    told = list(events)
    known = {(each["shop_id"], each["order_id"]) for each in told if each["stream"] == "orders"}
    return [
        ordered("completed", 0, platform=each["platform"], shop_id=each["shop_id"], **tag)
        for each in told
        if each["stream"] == "tags"
        for tag in each["orders"]
        if (each["shop_id"], tag["order_id"]) not in known
    ]


def compare(
    events: Iterable[dict[str, Any]], new: Packs, base: Packs | None = None, until_ms: int | None = None
) -> Backtest:
    """A back-test of events in the replay form."""
    return backtest(events_of(lines(events)), base or packs(), new, until_ms)


def of(found: Backtest, stream: str) -> BacktestDifference:
    """What differs in one stream."""
    (difference,) = (each for each in found.differences if each.stream == stream)
    return difference


def reopened(number: int, tries: int, amount_minor: int | None = 1500) -> list[dict[str, Any]]:
    """A buyer whose refund is refused once and opened again and again, a day apart."""
    who = {"order_id": f"o{number}", "refund_id": f"r{number}", "buyer_id": f"b{number}"}
    return [
        ordered("placed", 0, currency="CNY", **who),
        refunded("opened", day(4), amount_minor=amount_minor, **TYPE, **who),
        refunded("refused", day(5), **who),
        *(refunded("modified", day(6 + n), **TYPE, **who) for n in range(tries)),
    ]


def half_returned(number: int, tries: int) -> list[dict[str, Any]]:
    """The same, opened to send goods back, of which the shop found half: an alert `short_return` stands beside."""
    who = {"order_id": f"o{number}", "refund_id": f"r{number}", "buyer_id": f"b{number}"}
    asked = [
        {**each, "type": "return_refund"} if each.get("status") == "opened" else each
        for each in reopened(number, tries, amount_minor=None)
    ]
    return [*asked, inspected(day(4, 12), {"dress": 1}, **who)]


def examined(*shops: str) -> list[dict[str, Any]]:
    """The accounts of shops of JD that may tag."""
    return [event("accounts", 0, platform="jd", shop_id=s, account_id="main", status="exam_passed") for s in shops]


def tagged(shop: str, buyer: str, at: str | int) -> dict[str, Any]:
    """A shop of JD tags its one order of a buyer."""
    order_id = f"{shop}-{buyer}"
    return event(
        "tags", at, platform="jd", shop_id=shop, account_id="main", submission_id=order_id, event_id=f"tag-{order_id}",
        scenarios=["worn_return"], orders=[{"order_id": order_id, "buyer_id": buyer}],
    )  # fmt: skip
