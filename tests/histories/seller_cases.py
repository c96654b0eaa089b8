"""Sellers' cases for tests: short words for what happens to them, judged with the packs that are shipped."""

from datetime import datetime

from cloudtag.contract.events import ViolationChanged
from cloudtag.decisions.penalties import judge_penalties
from cloudtag.policy.load import shipped

DAY = 86_400_000
FOUND = round(datetime.fromisoformat("2026-03-02T08:00:00+08:00").timestamp() * 1000)
DEADLINE = FOUND + 3 * DAY
FEW, MANY = 96, 97
LATER = FOUND + 1000 * DAY


def said(status, at=FOUND, case="c1", orders=0, *, severe=False, platform="taobao", shop="s1"):
    """One event of a case; its orders are its own."""
    ids = tuple(f"{case}-{n}" for n in range(orders))
    return ViolationChanged(f"{case}-{status}-{at}", at, platform, case, shop, status, severe, ids)


def history(sizes, every=10 * DAY, at=FOUND):
    """Cases found one after the other, none appealed, with so many orders each."""
    return [said("found", at + n * every, f"c{n + 1}", size) for n, size in enumerate(sizes)]


def judged(facts, now=LATER, policies=None):
    """Records by kind and case."""
    result = judge_penalties(facts, policies or shipped(), now)
    return {(told.record.kind, told.case.case_id): told.record for told in result.told}


def penalty(facts, case="c1", now=LATER, policies=None):
    """The penalty of a case, or None."""
    return judged(facts, now, policies).get(("shop_penalty", case))


def notice(facts, case="c1", now=LATER):
    """The notice of a case, or None."""
    return judged(facts, now).get(("violation_notice", case))
