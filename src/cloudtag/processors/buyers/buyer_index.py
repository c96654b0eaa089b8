"""What a buyer's keyed state keeps at hand: which orders name which number, and when each attribute was last shown."""

from __future__ import annotations

from cloudtag.contract.events import AlertAnswered, OrderChanged, RefundChanged
from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.contract.scope import scoped
from cloudtag.detection.order_view import attributes_of
from cloudtag.detection.refund_view import own_unit
from cloudtag.engine.revise import Conclusion
from cloudtag.processors.buyers.prefilter import Prefilter

_PERIOD_MS = 60 * 86_400_000
"""A use of an attribute is published once per period, so that a link in use is never forgotten and seldom repeated."""


_Shown = tuple[str | None, str | None, str | None, str | None, str | None, str | None]


class BuyerIndex:
    """Derived from the keyed state's facts alone; made again whenever the keyed state is read back."""

    __slots__ = (
        "attributes",
        "has_claims",
        "has_shop_link",
        "network",
        "orders_by_number",
        "prefilter",
        "shown",
        "shown_at",
        "units",
        "units_by_order",
        "verdicts",
    )

    def __init__(self, network: str) -> None:
        """Nothing known of a buyer of that network."""
        self.network = network
        self.orders_by_number: dict[str, tuple[str, ...]] = {}
        """The names of orders' rows. Most numbers are named by one order: tuples take less room than sets."""
        self.units: frozenset[str] = frozenset()
        self.units_by_order: dict[str, tuple[str, ...]] = {}
        self.attributes: dict[str, Conclusion] = {}
        """What is published for `links` of each attribute: its first use in the latest period it was used in."""
        self.prefilter = Prefilter()
        self.shown: _Shown = (None, None, None, None, None, None)
        self.shown_at = 0
        """What the latest order event in order of arrival showed, and when."""
        self.has_claims = False
        self.has_shop_link = False
        self.verdicts: dict[str, list[AlertAnswered]] = {}
        """By alert, everything shops said of it, in any order."""

    def add_report(self, report: LinkReported) -> None:
        """Remember that a link brought claims of other buyers, or shops."""
        self.has_claims = self.has_claims or any(use.claims for use in report.others)
        if any(use.shop_id and not use.buyer_id for use in report.others):
            self.has_shop_link = True

    def add_verdict(self, verdict: AlertAnswered) -> None:
        """Take in a verdict. Which one counts depends on the alert: not every shop may answer it."""
        self.verdicts.setdefault(verdict.alert_id, []).append(verdict)

    def add_order(self, order: OrderChanged) -> bool:
        """Take in an order's number and attributes; whether an attribute's first use changed."""
        if order.waybill_no is not None:
            _join(self.orders_by_number, order.waybill_no, scoped(order.shop_id, order.order_id))
        return self._add_attributes(order)

    def _add_attributes(self, order: OrderChanged) -> bool:
        shown = (
            order.address_hash,
            order.phone_hash,
            order.device_hash,
            order.payment_hash,
            order.address_area,
            order.shop_id,
        )
        before_ms, now_ms = self.shown_at, order.occurred_at
        # Most events show what the one before did: then an earlier use of each in the same period is known.
        if shown == self.shown and before_ms < now_ms and before_ms // _PERIOD_MS == now_ms // _PERIOD_MS:
            return False
        self.shown, self.shown_at = shown, now_ms
        has_changed = False
        for attribute in attributes_of(order):
            has_changed = self._add_attribute(attribute, order) or has_changed
        return has_changed

    def add_refund(self, refund: RefundChanged) -> None:
        """Take in the parcels a refund may come back in: every number it ever named, and itself."""
        name = scoped(refund.shop_id, refund.order_id)
        for unit in (own_unit(refund.shop_id, refund.refund_id), refund.waybill_no):
            if unit is not None:
                _join(self.units_by_order, name, unit)
                _join(self.orders_by_number, unit, name)
        if refund.waybill_no is not None and refund.waybill_no not in self.units:
            self.units |= {refund.waybill_no}

    def _add_attribute(self, attribute: str, order: OrderChanged) -> bool:
        held = self.attributes.get(attribute)
        if held is not None:
            held_period, period = held.since_ms // _PERIOD_MS, order.occurred_at // _PERIOD_MS
            if period < held_period or (period == held_period and _first(held.record) <= _first(order)):
                return False
        use = AttributeUsed(0, True, attribute, *_first(order), order.buyer_id, network=self.network)
        self.attributes[attribute] = Conclusion(use.internal_id, attribute, use.occurred_at, use)
        return True


def _first(use: AttributeUsed | OrderChanged) -> tuple[int, str, str]:
    return use.occurred_at, use.event_id, use.platform


def _join(groups: dict[str, tuple[str, ...]], name: str, member: str) -> None:
    members = groups.get(name, ())
    if member not in members:
        groups[name] = (*members, member)
