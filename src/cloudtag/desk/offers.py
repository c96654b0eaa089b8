"""What a person may do about a case, and what would follow, before anything is sent."""

from __future__ import annotations

import secrets
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cloudtag.desk.acts import REPORTS
from cloudtag.desk.asking import DeskRow
from cloudtag.desk.case import DeskCase
from cloudtag.desk.joined import Question
from cloudtag.desk.second_person import needs_second_person
from cloudtag.desk.sight import own_shop
from cloudtag.desk.visit import Visit
from cloudtag.detectors.registry import all_detectors
from cloudtag.policy.model import Policy
from cloudtag.processors.buyers.reading import HELD_MS
from cloudtag.processors.buyers.run_detectors import OF_BUYER
from cloudtag.serving.viewers import ShopRef

_PERMITTED = """
    SELECT permission, reason, account_id FROM permissions_current
    WHERE shop_id = {shop:String} AND account_id IN ({account:String}, '')"""
_OF_BUYER = """(
        SELECT shop_ids[1] AS shop_id, status, moment, told FROM case_records
        WHERE about = {buyer:String} AND kind = 'tags' ORDER BY revision DESC LIMIT 1 BY id, scope)"""
"""The tags of a buyer, by shop."""
_TAGGED = f"""
    SELECT groupUniqArrayIf(JSONExtractString(told, 'order_id'),
            shop_id = {{shop:String}} AND status IN ('pending', 'confirmed', 'expired')) AS order_ids,
        uniqExactIf(shop_id, shop_id != {{shop:String}} AND status IN ('pending', 'confirmed')
            AND moment >= (SELECT at FROM newest_event) - INTERVAL {{days:UInt32}} DAY) AS others
    FROM {_OF_BUYER}"""  # noqa: S608 - names of our own, values as parameters
"""Which orders the shop has tagged, and how many other shops tagged the buyer lately."""
_LIMITED = """
    SELECT argMax(l.status, (l.occurred_at, l.event_id)) AS status FROM order_limits AS l
    WHERE shop_id = {shop:String} AND buyer_key = {buyer:String}"""


@dataclass(frozen=True, slots=True)
class TagPreview:
    """What a tag would meet: every line is a sentence of the page with its values, and whether it speaks against it."""

    scenarios: dict[str, str]
    lines: tuple[tuple[str, dict[str, Any], bool], ...]


def new_form_id() -> str:
    """A name for a form, so that sending it twice is sending it once."""
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class CaseOffers:
    """What somebody may do about a case. `limit`: the status an order limit would get."""

    form_id: str
    verdict: bool = False
    orders: tuple[str, ...] = ()
    tag: TagPreview | None = None
    reports: tuple[str, ...] = ()
    limit: str = ""
    must_propose: bool = False
    """Whether a second person must approve what is done here."""
    too_old: str = ""
    """Why a verdict is recorded and leaves the case as it is, or may; empty where it does not."""


def offer_questions(visit: Visit, alert: DeskRow) -> dict[str, Question]:
    """What must be known to say what this person may do about an alert, by name."""
    shop, found = _own(visit, alert), dict[str, Question]()
    if shop is None:
        return found
    about = {"shop": shop.shop_id, "buyer": alert["buyer_key"]}
    if _may_tag(visit, alert, shop):
        days = _policy(visit, alert).tags.window_days
        found["permitted"] = _PERMITTED, {**about, "account": visit.viewer.account_id}
        found["tagged"] = _TAGGED, {**about, "days": days}
    if visit.viewer.may("events") and visit.viewer.account_id:
        found["limited"] = _LIMITED, about
    return found


def _own(visit: Visit, alert: DeskRow) -> ShopRef | None:
    """The shop in whose name this person acts; none for those of the platform."""
    return own_shop(visit.viewer, alert) if visit.viewer.role == "shop" else None


def _may_tag(visit: Visit, alert: DeskRow, shop: ShopRef) -> bool:
    return bool(visit.viewer.may("tags") and visit.viewer.account_id and own_orders(alert, shop.shop_id))


def _policy(visit: Visit, alert: DeskRow) -> Policy:
    return visit.desk.policies.at(alert["platform"], visit.desk.now_ms)


def offers(visit: Visit, case: DeskCase) -> CaseOffers:
    """What this person may do about a case, of which `offer_questions` were asked."""
    viewer, form_id, told = visit.viewer, new_form_id(), case.asked
    if viewer.role == "auditor":
        return CaseOffers(form_id)
    verdict, waits = viewer.may("verdicts"), needs_second_person(visit.desk.policies, [case.row], visit.desk.now_ms)
    old = too_old(case.row, visit.desk.now_ms) if case.is_open else ""
    if (shop := _own(visit, case.row)) is None:
        return CaseOffers(form_id, verdict, must_propose=waits, too_old=old)
    orders = tuple(own_orders(case.row, shop.shop_id))
    tag = _tag_preview(visit, case, shop, list(orders)) if "permitted" in told else None
    limit = ""
    if "limited" in told:
        limit = "lifted" if any(row["status"] == "set" for row in told["limited"]) else "set"
    reports = REPORTS if viewer.may("events") and orders else ()
    return CaseOffers(form_id, verdict, orders, tag, reports, limit, waits, old)


HELD_DAYS = HELD_MS // 86_400_000
WILL_STAY = (
    "The engine holds facts for {days} days. Those of this case are older: a verdict is recorded, and the case "
    "stays as it is."
)
MAY_STAY = (
    "The engine holds facts for {days} days. Some of this case are older: a verdict is recorded, and may not "
    "change the case."
)
TOO_OLD = (WILL_STAY, MAY_STAY)
"""What rests on facts that are no longer held is neither changed nor taken back; an alert about the whole buyer is
judged anew from those that are held still."""


def too_old(alert: DeskRow, now_ms: int) -> str:
    """What is to be said of a verdict given now on an alert, as a row of the warehouse; empty where its facts are held.

    The verdict is an event itself, and the engine counts back from the newest.
    """
    if alert["first_event_at"] >= datetime.fromtimestamp((now_ms - HELD_MS) / 1000, UTC):
        return ""
    detector = all_detectors().get(alert["detector"])
    return MAY_STAY if detector is None or detector.rule.scope in OF_BUYER else WILL_STAY


def own_orders(alert: DeskRow, shop_id: str) -> list[str]:
    """The orders of an alert that are a shop's own."""
    pairs = list(zip(alert["orders_shop_ids"], alert["orders_order_ids"], strict=True))
    if not pairs and alert["shop_id"] == shop_id:
        return list(alert["order_ids"])
    return list(dict.fromkeys(order_id for shop, order_id in pairs if shop == shop_id))


def _tag_preview(visit: Visit, case: DeskCase, shop: ShopRef, orders: list[str]) -> TagPreview:
    rules, account, tagged = _policy(visit, case.row).tags, visit.viewer.account_id, case.asked["tagged"][0]
    return TagPreview(
        dict(rules.scenarios),
        (
            _permission(case.asked["permitted"], rules.needs_exam, account or ""),
            *_duplicates(tagged["order_ids"], orders),
            *_contacts(_contacted(case, shop), orders, rules.unanswered_contacts if rules.contact_first else 0),
            _still_needed(tagged["others"], rules.threshold_shops, rules.window_days),
        ),
    )


def _contacted(case: DeskCase, shop: ShopRef) -> Counter[str]:
    """How often a shop contacted the buyer about each order of the case."""
    contacts = (fact.event for fact in case.facts if fact.stream == "contacts")
    return Counter(contact.order_id for contact in contacts if contact.shop_id == shop.shop_id)


PreviewLine = tuple[str, dict[str, Any], bool]
"""A sentence in English, its values, and whether it speaks against what is about to be done."""
NOT_PERMITTED = "Account {account} may not tag: the tag would be rejected."
PERMITTED = "Account {account} may tag."
DUPLICATE = "Order {order} is tagged by this shop already: a second tag may be rejected as a duplicate."
CONTACTED = "Order {order}: the buyer was contacted {count} times; some scenarios need {needed} vain contacts first."
ALONE = "{others} other shops tagged this buyer in {days} days; with {threshold} shops in all the tags are confirmed."
PREVIEWS = (NOT_PERMITTED, PERMITTED, DUPLICATE, CONTACTED, ALONE)
"""Every sentence of a preview."""


def _permission(rows: list[DeskRow], needs_exam: bool, account: str) -> PreviewLine:
    said = {row["permission"] for row in rows}
    is_permitted = "revoked" not in said and ("granted" in said or not needs_exam)
    return (PERMITTED if is_permitted else NOT_PERMITTED, {"account": account}, not is_permitted)


def _duplicates(tagged: list[str], orders: list[str]) -> list[PreviewLine]:
    return [(DUPLICATE, {"order": order}, True) for order in orders if order in tagged]


def _contacts(counts: Counter[str], orders: list[str], needed: int) -> list[PreviewLine]:
    if not needed:
        return []
    return [(CONTACTED, {"order": o, "count": counts[o], "needed": needed}, counts[o] < needed) for o in orders[:5]]


def _still_needed(others: int, threshold: int, days: int) -> PreviewLine:
    return ALONE, {"others": others, "days": days, "threshold": threshold}, False
