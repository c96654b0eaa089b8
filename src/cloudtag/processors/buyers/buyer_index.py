"""What a buyer's keyed state keeps at hand: which orders name which number, and when each attribute was last shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from msgspec import Struct, field

from cloudtag.contract.events import (
    AlertAnswered,
    ComplaintChanged,
    InsuranceChanged,
    OrderChanged,
    RefundChanged,
    ReturnInspected,
    ReviewPosted,
)
from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.contract.scope import scoped
from cloudtag.detection.attributes import NO_VALUES, NOTHING_SHOWN, ShownValues, attributes_in, shown_by
from cloudtag.detection.crosswise import Doubtful
from cloudtag.detection.dealings import BAD_RATING
from cloudtag.detection.refund_view import own_unit
from cloudtag.detection.wrong_goods import CLAIMED
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.rows import Row
from cloudtag.processors.buyers.empties import NO_GROUPS, NOBODY, NameSet, of_both, own, with_names
from cloudtag.processors.buyers.loose_words import Complaint, LooseWords, complaint_of
from cloudtag.processors.buyers.mixed_up import NOTHING, MixedUp
from cloudtag.processors.buyers.prefilter import Prefilter

_PERIOD_MS = 30 * 86_400_000
"""A use of an attribute is published once per period, so that a link in use is never forgotten and seldom repeated."""
_TOLD_MS = 180 * 86_400_000
"""Uses so long before the latest are published no more."""
_KNOWN_MS = _TOLD_MS + _PERIOD_MS
"""So long they are known: the latest period's first use may turn out to be nearly a period earlier."""


_Name = TypeVar("_Name")
_NONE_MIXED_UP = MixedUp()


class BuyerIndex(Struct, gc=False):
    """Derived from the keyed state's facts alone; made again whenever the keyed state is read back.

    Buyers are many, and most have little of all this: what is empty is shared until it is written to.
    """

    network: str
    orders_by_number: Mapping[str, tuple[str, ...]] = NO_GROUPS
    """The names of orders' rows. Most numbers are named by one order: tuples take less room than sets."""
    shared: NameSet = NOBODY
    """The numbers that several orders name: few."""
    shared_by_order: Mapping[str, set[str]] = NO_GROUPS
    """Those of each order that names any."""
    joint: NameSet = NOBODY
    """The orders that share a return number with another."""
    kinds: frozenset[type[Any]] = frozenset()
    """The kinds of facts that are or were held about orders, or about none."""
    units: NameSet = NOBODY
    units_by_order: Mapping[str, tuple[str, ...]] = NO_GROUPS
    claimed_orders: NameSet = NOBODY
    """Orders of which a refund ever said that other goods had come: whose these are depends on all orders."""
    inspected_by_shop: Mapping[str, set[str]] = NO_GROUPS
    """Orders of which the shop looked into a return: what explains what is said of one may be said of another."""
    mixed_up: MixedUp = field(default_factory=lambda: _NONE_MIXED_UP)
    attributes: Mapping[str, Conclusion] = NO_GROUPS
    """What is published for `links` of each attribute: its first use in the latest period it was used in, with those of
    earlier ones."""
    used_at: Mapping[str, tuple[int, ...]] = NO_GROUPS
    """Of each attribute the first uses of all periods that one may yet be told of."""
    prefilter: Prefilter = field(default_factory=Prefilter)
    shown: ShownValues = NOTHING_SHOWN
    shown_at: int = 0
    """What the latest order event in order of arrival showed that showed anything, and when."""
    claims: frozenset[str] = frozenset()
    """The attributes by which others are linked who claim wrong goods."""
    shop_links: frozenset[str] = frozenset()
    """The attributes that a shop shows as well."""
    has_dealings: bool = False
    has_denied: bool = False
    """Whether a refund ever said that goods had not come: whether they had is for their parcels to say."""
    is_insurance_paid: bool = False
    named_complaints: Mapping[Complaint, tuple[str, ...]] = NO_GROUPS
    """The names of the orders that events of complaints name."""
    began: Mapping[str, int] = NO_GROUPS
    """When each order began of which an event of its own is known, by the name of its row."""
    loose: LooseWords | None = None
    """What events say of complaints that name no order; None: there are none."""
    verdicts: Mapping[str, list[AlertAnswered]] = NO_GROUPS
    """By alert, everything shops said of it, in any order."""
    by_order_id: dict[str, tuple[str, ...]] | None = None
    """The names of orders' rows by the plain id, of a buyer with very many, once they were asked for. Rows that are
    gone may be named."""

    @property
    def has_claims(self) -> bool:
        """Whether a link brings claims of other buyers."""
        return bool(self.claims)

    @property
    def has_shop_link(self) -> bool:
        """Whether a link brings a shop."""
        return bool(self.shop_links)

    def add_kinds(self, row: Row) -> None:
        """Take in which kinds of facts a row holds, or held, about an order or about none."""
        if not row.kinds <= self.kinds:
            self.kinds = of_both(self.kinds, row.kinds)

    def add_report(self, report: LinkReported) -> bool:
        """Take in what one attribute's links bring now, in place of what they brought before; whether no attribute
        brings a shop any more."""
        had_shop_link, others = self.has_shop_link, report.others if report.is_held else ()
        self.claims = _marked(self.claims, report.attribute, any(use.claims for use in others))
        is_shop = any(use.shop_id and not use.buyer_id for use in others)
        self.shop_links = _marked(self.shop_links, report.attribute, is_shop)
        return had_shop_link and not self.has_shop_link

    def add_verdict(self, verdict: AlertAnswered) -> None:
        """Take in a verdict. Which one counts depends on the alert: not every shop may answer it."""
        self.verdicts = known = own(self.verdicts)
        known.setdefault(verdict.alert_id, []).append(verdict)

    def add_order(self, order: OrderChanged, row: Row) -> bool:
        """Take in an order's number and attributes; whether an attribute's first use changed. `row`: its own."""
        if order.waybill_no is not None:
            self._add_sent(order.waybill_no, row.name)
        for parcel in order.parcels:
            self._add_sent(parcel.waybill_no, row.name)
        shown = shown_by(order)
        # Many a shop repeats none of them as an order goes on.
        if shown[:-1] == NO_VALUES:
            return False
        last, before_ms, now_ms = self.shown, self.shown_at, order.occurred_at
        # Most events show what the one before did: then an earlier use of that in the same period is known.
        if before_ms >= now_ms or before_ms // _PERIOD_MS != now_ms // _PERIOD_MS:
            last = NOTHING_SHOWN
        elif shown == last:
            return False
        self.shown, self.shown_at = shown, now_ms
        has_changed = False
        for attribute in attributes_in(shown, last):
            before = self.used_at.get(attribute)
            if before is None:
                self._add_first(attribute, order)
                has_changed = True
            # Most is shown again in the period in which it was shown last.
            elif before[-1] >= now_ms or before[-1] // _PERIOD_MS != now_ms // _PERIOD_MS:
                has_changed = self._add_attribute(attribute, order, before) or has_changed
        return has_changed

    def begin(self, name: str, at_ms: int) -> list[str]:
        """Take in when an event of an order of that name was; the other orders that words may have been about before
        which name no order."""
        before = self.began.get(name)
        if before is not None and before <= at_ms:
            return []
        self.began = known = own(self.began)
        known[name] = at_ms
        return [] if self.loose is None else self.loose.add_order(name, at_ms, before)

    def _add_sent(self, number: str, name: str) -> None:
        names = self.orders_by_number.get(number)
        # Mostly an order's later event names what an earlier one did.
        if names is None or name not in names:
            self.orders_by_number = known = own(self.orders_by_number)
            known[number] = (name,) if names is None else (*names, name)
            self._share(number, name)

    def _share(self, number: str, name: str) -> None:
        """Several orders name a number, `name` the latest of them."""
        names = self.orders_by_number[number]
        if len(names) < 2:
            return
        for other in names if number not in self.shared else (name,):
            self.shared_by_order = known = own(self.shared_by_order)
            known.setdefault(other, set()).add(number)
        self.shared = with_names(self.shared, (number,))
        if number in self.units:
            self.joint = with_names(self.joint, names)

    def note_dealing(self, fact: Any) -> None:
        """Remember that linked buyers may have to be told of what the buyer did."""
        kind = type(fact)
        if kind is InsuranceChanged and fact.status == "paid":
            self.is_insurance_paid = self.has_dealings = True
        elif kind is RefundChanged or (kind is ReviewPosted and fact.rating <= BAD_RATING):
            self.has_dealings = True
            self.has_denied = self.has_denied or (kind is RefundChanged and fact.reason == "not_received")

    def add_refund(self, refund: RefundChanged) -> None:
        """Take in the parcels a refund may come back in: every number it ever named, and itself."""
        name = scoped(refund.shop_id, refund.order_id)
        if refund.reason in CLAIMED:
            self.claimed_orders = with_names(self.claimed_orders, (name,))
        if refund.waybill_no is not None:
            self.units = with_names(self.units, (refund.waybill_no,))
        self.units_by_order = units = own(self.units_by_order)
        self.orders_by_number = orders = own(self.orders_by_number)
        for unit in (own_unit(refund.shop_id, refund.refund_id), refund.waybill_no):
            if unit is not None and _join(units, name, unit):
                _join(orders, unit, name)
                self._share(unit, name)

    def add_complaint(self, complaint: ComplaintChanged, name: str) -> str | None:
        """Take in an event of a complaint that names its order; the other that the complaint was taken to be about."""
        about = complaint_of(complaint)
        self.named_complaints = known = own(self.named_complaints)
        _join(known, about, name)
        return None if self.loose is None else self.loose.name(about)

    def add_loose(self, word: ComplaintChanged) -> set[str]:
        """Take in what is said of a complaint without naming its order; the names of the orders that may concern."""
        if self.loose is None:
            self.loose = LooseWords()
            for name, began_at in self.began.items():
                self.loose.add_order(name, began_at)
        named = self.named_complaints.get(complaint_of(word), ())
        return self.loose.add(word, is_named=bool(named)).union(named)

    def add_inspection(self, inspection: ReturnInspected) -> None:
        """Take in that the shop looked into a return."""
        name = scoped(inspection.shop_id, inspection.order_id)
        self.inspected_by_shop = known = own(self.inspected_by_shop)
        known.setdefault(inspection.shop_id, set()).add(name)

    def mix_up(self, name: str, doubtful: Doubtful) -> set[str]:
        """Take in what is doubtful about an order's returns by now; the other orders that no longer concern them."""
        if doubtful == self.mixed_up.doubtful.get(name, NOTHING):
            return set()
        if self.mixed_up is _NONE_MIXED_UP:
            self.mixed_up = MixedUp()
        before = self.mixed_up.with_all((name,), self.joint)
        self.mixed_up.put(name, doubtful)
        return before - {name}

    def _add_first(self, attribute: str, order: OrderChanged) -> None:
        """Take in an attribute that was never shown before."""
        known, told = self.used_at, self.attributes
        if not (isinstance(known, dict) and isinstance(told, dict)):
            self.used_at, self.attributes = known, told = dict(known), dict(told)
        known[attribute] = used_at = (order.occurred_at,)
        told[attribute] = self._use(attribute, _first(order), order.buyer_id, used_at)

    def _add_attribute(self, attribute: str, order: OrderChanged, before: tuple[int, ...]) -> bool:
        """Take in another use of an attribute; whether another is its first one, or others are to be told."""
        first, held = _first(order), self.attributes[attribute]
        self.used_at = all_known = own(self.used_at)
        known = all_known[attribute] = _used_at(before, order.occurred_at)
        used_at, held_first = _since(known, _TOLD_MS), _first(held.record)
        period, held_period = order.occurred_at // _PERIOD_MS, held.since_ms // _PERIOD_MS
        if period < held_period or (period == held_period and held_first <= first):
            first = held_first
        if first == held_first and used_at == held.record.used_at:
            return False
        self.attributes = told = own(self.attributes)
        told[attribute] = self._use(attribute, first, order.buyer_id, used_at)
        return True

    def _use(self, attribute: str, first: tuple[int, str, str], buyer_id: str, used_at: tuple[int, ...]) -> Conclusion:
        use = AttributeUsed(0, True, attribute, *first, buyer_id, used_at=used_at, network=self.network)
        return Conclusion(use.internal_id, attribute, first[0], use)


def _used_at(known: tuple[int, ...], at_ms: int) -> tuple[int, ...]:
    """The first uses of the periods, one more use known."""
    first = {at // _PERIOD_MS: at for at in known}
    first[at_ms // _PERIOD_MS] = min(at_ms, first.get(at_ms // _PERIOD_MS, at_ms))
    return _since(tuple(sorted(first.values())), _KNOWN_MS)


def _since(used_at: tuple[int, ...], longest_ms: int) -> tuple[int, ...]:
    """Only those that the latest is not longer after."""
    since_ms = used_at[-1] - longest_ms
    return used_at if used_at[0] >= since_ms else tuple(at for at in used_at if at >= since_ms)


def _first(use: AttributeUsed | OrderChanged) -> tuple[int, str, str]:
    return use.occurred_at, use.event_id, use.platform


def _marked(names: frozenset[str], name: str, is_marked: bool) -> frozenset[str]:
    if (name in names) is is_marked:
        return names
    return names ^ {name}


def _join(groups: dict[_Name, tuple[str, ...]], name: _Name, member: str) -> bool:
    """Whether the member is new among those of the name."""
    members = groups.get(name)
    if members is None:
        groups[name] = (member,)
        return True
    if member in members:
        return False
    groups[name] = (*members, member)
    return True
