"""Sellers' cases for tests: short words for what happens to them, judged with the packs that are shipped."""

from collections.abc import Iterable
from datetime import datetime

from cloudtag.contract.events import ViolationChanged
from cloudtag.contract.records import Consequence
from cloudtag.contract.types import ViolationStatus
from cloudtag.decisions.penalties import judge_penalties
from cloudtag.policy.load import shipped
from cloudtag.policy.model import Policies

DAY = 86_400_000
FOUND = round(datetime.fromisoformat("2026-03-02T08:00:00+08:00").timestamp() * 1000)
DEADLINE = FOUND + 3 * DAY
FEW, MANY = 96, 97
LATER = FOUND + 1000 * DAY


def said(
    status: ViolationStatus,
    at: int = FOUND,
    case: str = "c1",
    orders: int = 0,
    *,
    severe: bool = False,
    platform: str = "taobao",
    shop: str = "s1",
) -> ViolationChanged:
    """One event of a case; its orders are its own."""
    ids = tuple(f"{case}-{n}" for n in range(orders))
    return ViolationChanged(f"{case}-{status}-{at}", at, platform, case, shop, status, severe, ids)


def history(sizes: list[int], every: int = 10 * DAY, at: int = FOUND) -> list[ViolationChanged]:
    """Cases found one after the other, none appealed, with so many orders each."""
    return [said("found", at + n * every, f"c{n + 1}", size) for n, size in enumerate(sizes)]


def judged(
    facts: Iterable[ViolationChanged], now: int = LATER, policies: Policies | None = None
) -> dict[tuple[str, str], Consequence]:
    """Records by kind and case."""
    result = judge_penalties(facts, policies or shipped(), now)
    return {(told.record.kind, told.case.case_id): told.record for told in result.told}


def penalty(
    facts: Iterable[ViolationChanged], case: str = "c1", now: int = LATER, policies: Policies | None = None
) -> Consequence:
    """The penalty of a case."""
    return judged(facts, now, policies)["shop_penalty", case]


def notice(facts: Iterable[ViolationChanged], case: str = "c1", now: int = LATER) -> Consequence:
    """The notice of a case."""
    return judged(facts, now)["violation_notice", case]
