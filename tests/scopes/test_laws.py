"""Namesakes share nothing: what two people, or two shops' orders, of one id are judged by is their own (F1)."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import given, settings

from cloudtag.contract import events as ev
from cloudtag.contract.records import Alert
from cloudtag.contract.streams import STREAM_OF
from cloudtag.wire import decode_json, encode_json
from tests.engine.test_laws import oracle
from tests.histories.strategies import ORDERS, histories

GLOBAL = ("waybill_no", "address_hash", "phone_hash", "device_hash", "payment_hash", "destination_hash", "sha256")
"""What means the same everywhere: two histories that share it are linked, as they must be."""
ONE_NUMBER = {"o1": "n1", "o4": "n1", "o2": "n2", "o5": "n2", "r3": "m1", "r5": "m1", "r1": "m2", "r4": "m2"}
"""Orders and refunds of one buyer at two shops, under one number."""


def rewritten(event: ev.Event, change: Callable[[str, Any], Any]) -> Any:
    """The event with every field passed through `change`."""

    def each(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: each(key, held) for key, held in value.items()}
        if isinstance(value, list):
            return [each(name, held) for held in value]
        return change(name, value)

    return decode_json(each("", encode_json(STREAM_OF[type(event)], event)), is_stored=True)[1]


def elsewhere(name: str, value: Any) -> Any:
    """The same on another platform, in other people's parcels and with other people's devices."""
    if name == "platform":
        return "somewhere"
    if isinstance(value, str) and (name in GLOBAL or name.endswith("_hashes")):
        return f"x{value}"
    return None if name == "phash" else value


@given(histories(), histories())
@settings(max_examples=60, deadline=None)
def test_namesakes_of_two_networks_are_judged_as_if_each_were_alone(
    here: list[ev.Event], there: list[ev.Event]
) -> None:
    far = [rewritten(event, elsewhere) for event in there]
    one, other = oracle(here), oracle(far)
    assert not one.keys() & other.keys()
    assert oracle([*here, *far]) == {**one, **other}


def told(history: list[ev.Event]) -> Counter[tuple[Any, ...]]:
    """What is said about whom and on what, without the numbers of orders and refunds."""
    return Counter(
        (record.detector, record.buyer_id, record.shop_id, record.severity, record.decided_at, record.evidence)
        if isinstance(record, Alert)
        else (type(record), record.status, record.platform)
        for record in oracle(history).values()
    )


def is_own(event: ev.Event) -> bool:
    """Whether a shop tags orders, all of them of its own and of the buyer it names."""
    if type(event) is not ev.TagSubmitted:
        return False
    return all(
        ORDERS.get(tagged.order_id, (tagged.buyer_id, event.shop_id)) == (tagged.buyer_id, event.shop_id)
        for tagged in event.orders
    )


@given(histories())
@settings(max_examples=60, deadline=None)
def test_two_shops_with_one_order_number_have_two_orders(history: list[ev.Event]) -> None:
    def one_number(name: str, value: Any) -> Any:
        return ONE_NUMBER.get(value, value) if name in ("order_id", "refund_id") else value

    # A verdict names an alert by its id, and a shop can only tag the orders of its own.
    taken = [event for event in history if type(event) not in (ev.AlertAnswered, ev.TagSubmitted) or is_own(event)]
    assert told([rewritten(event, one_number) for event in taken]) == told(taken)
