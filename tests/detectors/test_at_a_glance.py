"""What a detector is spared at a glance it would not have found: judged with the glance and without it, all is told
the same."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudtag.contract.events import OrderChanged, ParcelScanned, RefundChanged, ReturnInspected
from cloudtag.contract.types import Goods, OrderLine, SentParcel
from cloudtag.detection import all_back
from cloudtag.detection.all_back import is_all_back
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.refund_view import RefundView
from cloudtag.detectors import light_return
from cloudtag.detectors.registry import all_detectors
from cloudtag.replay.driver import judge
from cloudtag.replay.example import decoded
from cloudtag.testing.standing import standing

T0, HOUR = 1_772_409_600_000, 3_600_000
WHO = ("b1", "s1")
ARTICLES = ("a", "b")
goods = st.lists(st.builds(Goods, st.sampled_from(ARTICLES), st.integers(1, 3)), max_size=2).map(tuple)
lines = st.lists(
    st.builds(OrderLine, st.sampled_from(ARTICLES), st.integers(1, 3), st.sampled_from((0, 100, 250))), max_size=2
).map(tuple)
parcels = st.lists(st.builds(SentParcel, st.sampled_from(("O1", "O2")), st.none(), goods), max_size=2).map(tuple)
grams = st.sampled_from((None, 4, 5, 100, 124, 125, 250, 499, 500, 1000, 2000))


@st.composite
def weighed(draw: st.DrawFn) -> list[Any]:
    """Two orders of one buyer in parcels that they may share, and returns of them; all of it may be weighed."""
    events: list[Any] = []
    for n in (1, 2):
        events.append(
            OrderChanged(f"e{n}", T0 + n * HOUR, "taobao", f"o{n}", *WHO, "shipped", draw(lines), parcels=draw(parcels))
        )
    for n, number in enumerate(("O1", "O2", "R1", "R2")):
        at = T0 + (n + 5) * HOUR if number[0] == "O" else T0 + (n + 60) * HOUR
        events.append(ParcelScanned(f"l{n}", at, "sf", "SF", number, scan="accepted", weight_grams=draw(grams)))
        events.append(ParcelScanned(f"m{n}", at + HOUR, "sf", "SF", number, scan="signed", signer="recipient"))
    for n in range(draw(st.integers(1, 3))):
        order_id, number = draw(st.sampled_from(("o1", "o2"))), draw(st.sampled_from(("R1", "R2")))
        said: dict[str, Any] = {"type": "return_refund", "reason": "no_reason", "lines": draw(goods)}
        at = T0 + (50 + n) * HOUR
        events.append(
            RefundChanged(
                f"f{n}", at, "taobao", f"r{n}", order_id, *WHO, "waybill_filled", waybill_no=number, carrier="SF",
                **said,
            )
        )  # fmt: skip
        if draw(st.booleans()):
            events.append(
                ReturnInspected(f"i{n}", at + 40 * HOUR, "taobao", f"r{n}", order_id, *WHO, number, draw(goods))
            )
    return events


def told(events: list[Any], until_ms: int | None = None) -> object:
    return standing(record for _, record in judge(list(events), until_ms))


def always(*_: object) -> bool:
    return True


@given(weighed())
@settings(max_examples=40, deadline=None)
def test_no_return_that_is_too_light_is_missed(events: list[Any]) -> None:
    expected = told(events)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(light_return, "may_weigh_less", always)
        assert told(events) == expected


@pytest.mark.parametrize("example", all_detectors()["light_return"].examples, ids=lambda example: example.name)
def test_nor_in_any_example(example: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    events, until_ms = decoded(example)
    expected = told(list(events), until_ms)
    monkeypatch.setattr(light_return, "may_weigh_less", always)
    assert told(list(events), until_ms) == expected


@given(weighed())
@settings(max_examples=40, deadline=None)
def test_what_nobody_looked_into_is_not_back(events: list[Any]) -> None:
    for order_id in ("o1", "o2"):
        own = [event for event in events if getattr(event, "order_id", None) == order_id]
        order, anew = (OrderView(order_id, own, "s1") for _ in range(2))
        for refund_id, refund in order.refunds.items():
            looked_closer = all_back._is_all_back([(anew, anew.refunds[refund_id])])
            assert is_all_back([(order, refund)]) is looked_closer


NUMBERS = (None, "N1", "N2")


@st.composite
def naming(draw: st.DrawFn) -> list[RefundChanged]:
    """Events of one refund that name numbers and couriers, and take them back."""
    return [
        RefundChanged(
            f"f{n}", T0 + n * HOUR, "taobao", "r1", "o1", *WHO, "modified", waybill_no=draw(st.sampled_from(NUMBERS)),
            carrier=draw(st.sampled_from((None, "SF", "ZTO"))), offline=draw(st.booleans()),
            waybill_cleared=draw(st.booleans()),
        )
        for n in range(draw(st.integers(1, 5)))
    ]  # fmt: skip


@given(naming())
def test_what_is_kept_of_a_number_is_what_its_events_say(changes: list[RefundChanged]) -> None:
    refund = RefundView(changes)
    for number in ("N1", "N2"):
        own = [change for change in changes if change.waybill_no == number]
        said = [change.carrier for change in own if change.carrier and not change.waybill_cleared]
        assert refund.carrier_of(number) == (said[-1] if said else None)
        assert refund.is_offline_number(number) is any(change.offline for change in own)
