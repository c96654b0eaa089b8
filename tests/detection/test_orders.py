"""Orders together: who shares a parcel is what one would find by looking at each of them."""

from hypothesis import given
from hypothesis import strategies as st

from cloudtag.contract.events import OrderChanged, RefundChanged
from cloudtag.detection.order_view import OrderView
from cloudtag.detection.orders import Orders, refunds_in, sent_under, together

_NUMBERS = st.sampled_from([None, "W1", "W2"])
_ORDERS = st.lists(st.tuples(st.sampled_from(["s1", "s2"]), _NUMBERS, st.lists(_NUMBERS, max_size=3)), max_size=5)


def _view(place: int, shop_id: str, sent: str | None, returned: list[str | None]) -> OrderView:
    order_id = f"o{place}"
    told = {"platform": "jd", "order_id": order_id, "buyer_id": "b", "shop_id": shop_id, "waybill_no": sent}
    facts: list[OrderChanged | RefundChanged] = [
        OrderChanged(event_id=order_id, occurred_at=1, status="shipped", **told)  # type: ignore[arg-type]
    ]
    for number, waybill_no in enumerate(returned):
        refund_id = f"r{place}-{number}"
        named = {**told, "waybill_no": waybill_no, "refund_id": refund_id}
        facts.append(RefundChanged(event_id=refund_id, occurred_at=2, status="opened", **named))  # type: ignore[arg-type]
    return OrderView(order_id, facts, shop_id)


@given(_ORDERS)
def test_who_shares_a_parcel_is_found_at_once(described: list[tuple[str, str | None, list[str | None]]]) -> None:
    orders = Orders(_view(place, *one) for place, one in enumerate(described))
    for order in orders:
        for refund in order.refunds.values():
            assert refunds_in(orders, order.shop_id, refund.unit) == [
                (other, each)
                for other in orders
                for each in other.refunds.values()
                if other.shop_id == order.shop_id and each.unit == refund.unit
            ]
    for shop_id in ("s1", "s2"):
        for number in ("W1", "W2"):
            named = [order for order in orders if order.shop_id == shop_id and number in order.sent]
            assert sent_under(orders, shop_id, number) == named


def test_what_is_together_stays_what_it_is() -> None:
    orders = Orders([_view(1, "s1", None, [])])
    assert together(orders) is orders
    assert together(list(orders)) == orders
