"""Accounts that belong together, and people who merely share something."""

from collections.abc import Sequence

from cloudtag.simulate.order_context import OrderContext
from cloudtag.simulate.profile import HOUR_MS
from cloudtag.simulate.scripts.received_refund_only import DETECTOR as DENIED
from cloudtag.simulate.scripts.received_refund_only import say_not_received
from cloudtag.simulate.scripts.script_context import ScriptContext
from cloudtag.simulate.world import Buyer

DETECTOR = "account_ring"


def _deny(stage: ScriptContext, group: Sequence[Buyer], hours: float = 0) -> list[OrderContext]:
    """Each of them says that what he signed for never came."""
    deals = []
    for n, who in enumerate(group):
        claim = say_not_received(stage, "recipient", who, hours + 6 * n)
        stage.expect(DENIED, [claim])
        deals.append(claim.deal)
    return deals


def _second_alert(deals: Sequence[OrderContext]) -> int:
    """When the second of them had denied a delivery."""
    return sorted(deal.signed_at for deal in deals)[1] + 2 * HOUR_MS


def three_on_one_device(stage: ScriptContext) -> None:
    """Three accounts on one device; two of them deceive."""
    first = stage.buyer()
    group = [first, stage.buyer(device_of=first), stage.buyer(device_of=first)]
    stage.received(group[2], stage.shop())
    deals = _deny(stage, group[:2])
    stage.expect_orders(DETECTOR, deals, among=group, at=_second_alert(deals))


def chain_of_four(stage: ScriptContext) -> None:
    """Four accounts: one address, one phone, one card, link by link; all of them deceive."""
    first = stage.buyer()
    second = stage.buyer(address_of=first)
    third = stage.buyer(phone_of=second)
    group = [first, second, third, stage.buyer(payment_of=third)]
    deals = _deny(stage, group)
    # How far along the chain an alert must reach is left open: to the neighbours of one who has two, at least.
    stage.expect_orders(DETECTOR, deals, among=group[:3], at=_second_alert(deals[:3]))
    stage.expect_orders(DETECTOR, deals[3:], is_open=True)


def go_between(stage: ScriptContext) -> None:
    """Two who deceive share nothing with each other, but each something with a third, of whom nothing stands.

    That is a ring of three, and the alert is about the two.
    """
    first = stage.buyer()
    middle = stage.buyer(phone_of=first)
    last = stage.buyer(payment_of=middle)
    harmless = stage.received(middle, stage.shop())
    deals = _deny(stage, [first, last])
    for deal in deals:
        stage.expect_orders(DETECTOR, [deal], at=_second_alert(deals))
    stage.expect_orders(DETECTOR, [harmless], stands=False)


def family(stage: ScriptContext) -> None:
    """Honest: three at one address, and no other sign."""
    first = stage.buyer()
    group = [first, stage.buyer(address_of=first), stage.buyer(address_of=first)]
    for n, who in enumerate(group):
        stage.expect_orders(DETECTOR, [stage.received(who, stage.shop(), 3 * n)], stands=False)


def black_sheep(stage: ScriptContext) -> None:
    """Honest: three at one address, one of whom deceives."""
    first = stage.buyer()
    group = [stage.buyer(address_of=first), stage.buyer(address_of=first)]
    for n, who in enumerate(group):
        stage.expect_orders(DETECTOR, [stage.received(who, stage.shop(), 3 * n)], stands=False)
    stage.expect_orders(DETECTOR, _deny(stage, [first]), stands=False)


def couple(stage: ScriptContext) -> None:
    """Two at one address deceive: a pair is no ring."""
    first = stage.buyer()
    deals = _deny(stage, [first, stage.buyer(address_of=first)])
    for deal in deals:
        stage.expect_orders(DETECTOR, [deal], stands=False)


def busy_locker(stage: ScriptContext) -> None:
    """Honest: a locker of thirty people, three of whom deceive, each on his own account."""
    first = stage.buyer()
    others = [stage.buyer(address_of=first) for _ in range(29)]
    for n, who in enumerate(others[2:]):
        stage.story.buy(who, stage.shop(), stage.after(n / 4), 1)
    for deal in _deny(stage, [first, *others[:2]], 8):
        stage.expect_orders(DETECTOR, [deal], stands=False)


SCRIPTS = (three_on_one_device, chain_of_four, go_between, family, black_sheep, couple, busy_locker)
