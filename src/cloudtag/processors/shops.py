"""The `shops` processor: may this account tag, and is the submission well formed? (B14, J3, J4, J13)

Each order of a submission becomes one request to the buyer's file, where threshold and repeats are judged. A shop's own
phone, devices and payment account go to `links`, and buyers' files that ask are told where its returns go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cloudtag.contract.events import AbuseFound, AccountChanged, ShopDescribed, TagSubmitted, ViolationChanged
from cloudtag.contract.forwards import TagRequested
from cloudtag.contract.links import AttributeUsed, Listing, ShopAsked, ShopReported
from cloudtag.detection.windows import holding
from cloudtag.engine.files import File
from cloudtag.engine.processor import Judgement
from cloudtag.engine.publish import Conclusion
from cloudtag.engine.rows import Row
from cloudtag.processors.keyed import DAY_MS, Keyed

_PERMISSION_ROW, _DESCRIPTION_ROW = "p", "d"
_MOST_LISTINGS = 20


class Shops(Keyed):
    """Files by shop: a row of permissions, a row per submission, a row per violation case."""

    name = "shops"
    fact_type: Any = TagSubmitted | AccountChanged | AbuseFound | ViolationChanged | ShopDescribed | ShopAsked
    retention_ms = 400 * DAY_MS

    def place(self, fact: Any) -> tuple[str, str]:
        """Submissions and cases have rows of their own; accounts and abuses share the permission row."""
        if type(fact) is TagSubmitted:
            return fact.shop_id, f"s{fact.submission_id}"
        if type(fact) is ViolationChanged:
            return fact.shop_id, f"v{fact.case_id}"
        if type(fact) is ShopAsked:
            return fact.shop_id, f"q{fact.buyer_id}"
        return fact.shop_id, _DESCRIPTION_ROW if type(fact) is ShopDescribed else _PERMISSION_ROW

    def touched(self, file: File, row_ids: set[str]) -> set[str]:
        """A change of permission asks every submission again; a new description answers everybody who asked."""
        if _PERMISSION_ROW in row_ids:
            row_ids = row_ids | {row_id for row_id in file.rows if row_id.startswith("s")}
        if _DESCRIPTION_ROW in row_ids:
            row_ids = row_ids | {row_id for row_id in file.rows if row_id.startswith("q")}
        return row_ids

    def is_spent(self, file: File, row: Row, horizon_ms: int) -> bool:
        """Permissions and descriptions never lapse."""
        del file, horizon_ms
        return row.id not in (_PERMISSION_ROW, _DESCRIPTION_ROW)

    def judge(self, file: File, row_id: str, now_ms: int) -> Judgement:
        """One request per order of a submission; what the shop shows of itself; one answer per question."""
        del now_ms
        judgement = Judgement()
        if row_id == _DESCRIPTION_ROW or row_id.startswith("q"):
            for told in _describe(file, row_id):
                key, since_ms = told.attribute if isinstance(told, AttributeUsed) else told.buyer_id, told.occurred_at
                # However old a description is, a new one takes its place.
                judgement.conclusions[told.forward_id] = Conclusion(
                    told.forward_id, key, since_ms, told, is_rolling=True
                )
        if not row_id.startswith("s"):
            return judgement
        submissions = sorted(file.rows[row_id].facts.values(), key=lambda s: (s.occurred_at, s.event_id))
        permission = file.rows.get(_PERMISSION_ROW)
        known = list(permission.facts.values()) if permission else []
        for request in self._requests(submissions[0], known):
            request_id = request.forward_id
            judgement.conclusions[request_id] = Conclusion(request_id, request.buyer_id, request.occurred_at, request)
        return judgement

    def _requests(self, submission: TagSubmitted, known: list[Any]) -> list[TagRequested]:
        abuses = sorted((a for a in known if type(a) is AbuseFound), key=lambda a: (a.occurred_at, a.event_id))
        rejection = self._rejection(submission, known, abuses)
        return [
            TagRequested(
                revision=0,
                is_held=True,
                buyer_id=tagged.buyer_id,
                order_id=tagged.order_id,
                submission_id=submission.submission_id,
                event_id=submission.event_id,
                occurred_at=submission.occurred_at,
                platform=submission.platform,
                shop_id=submission.shop_id,
                account_id=submission.account_id,
                scenario=submission.scenarios[0] if len(submission.scenarios) == 1 else None,
                rejection=rejection,
                voided_by=abuses[0].event_id if abuses else None,
            )
            for tagged in submission.orders
        ]

    def _rejection(self, submission: TagSubmitted, known: list[Any], abuses: list[AbuseFound]) -> str | None:
        rules = self.policies.at(submission.platform, submission.occurred_at).tags
        if not _may_tag(submission, known) or any(a.occurred_at <= submission.occurred_at for a in abuses):
            return "no_permission"
        if len(submission.orders) > rules.max_orders:
            return "too_many_orders"
        if len(submission.scenarios) != 1:
            return "one_scenario_only"
        if submission.scenarios[0] not in rules.scenarios:
            return "unknown_scenario"
        return None


def _may_tag(submission: TagSubmitted, known: list[Any]) -> bool:
    """Whether the account's exam was passed and not revoked when it submitted (B14)."""
    changes = [
        fact
        for fact in known
        if type(fact) is AccountChanged
        and fact.account_id == submission.account_id
        and fact.occurred_at <= submission.occurred_at
    ]
    last = max(changes, key=lambda c: (c.occurred_at, c.event_id), default=None)
    return last is not None and last.status == "exam_passed"


def _describe(file: File, row_id: str) -> list[AttributeUsed] | list[ShopReported]:
    row = file.rows.get(_DESCRIPTION_ROW)
    said = sorted(row.facts.values(), key=lambda s: (s.occurred_at, s.event_id)) if row else []
    if not said:
        return []
    if row_id == _DESCRIPTION_ROW:
        return _shown(said)
    shop, listings = said[-1], _listings(said)
    since = _since(
        said, lambda s: s.return_address_hashes == shop.return_address_hashes and s.category == shop.category
    )
    category = _since(said, lambda s: s.category == shop.category)
    return [
        ShopReported(
            0, True, asked.shop_id, asked.buyer_id, since.occurred_at, since.event_id, shop.return_address_hashes,
            shop.category, category.occurred_at, listings,
        )
        for asked in file.rows[row_id].facts.values()
        if asked.is_held
    ]  # fmt: skip


def _since(said: list[ShopDescribed], agrees: Callable[[ShopDescribed], bool]) -> ShopDescribed:
    """The first of the last descriptions that all agree, so that saying the same again changes nothing."""
    run = holding(said, agrees)
    return run.first if run else said[-1]


def _shown(said: list[ShopDescribed]) -> list[AttributeUsed]:
    """What the shop shows of itself; what it no longer shows is told to be over."""
    return [_use(said, attribute) for attribute in sorted(frozenset[str]().union(*map(_attributes, said)))]


def _use(said: list[ShopDescribed], attribute: str) -> AttributeUsed:
    shop = said[-1]
    since = _since(said, lambda s: attribute in _attributes(s) and s.category == shop.category)
    is_held = attribute in _attributes(shop)
    return AttributeUsed(
        0, is_held, attribute, since.occurred_at, since.event_id, shop.platform, "", "", shop.shop_id, shop.category
    )


def _attributes(shop: ShopDescribed) -> set[str]:
    named = [("phone", shop.phone_hash), ("payment", shop.payment_hash), *(("device", d) for d in shop.device_hashes)]
    return {f"{kind}:{value}" for kind, value in named if value is not None}


def _listings(said: list[ShopDescribed]) -> tuple[Listing, ...]:
    """The return addresses over time, the same said twice told once."""
    listings: list[Listing] = []
    for shop in said:
        if not listings or listings[-1].hashes != shop.return_address_hashes:
            listings.append(Listing(shop.occurred_at, shop.event_id, shop.return_address_hashes))
    return tuple(listings[-_MOST_LISTINGS:])
