"""Events whose numbers are in one writing."""

from cloudtag.contract.events import OrderChanged, RefundChanged, ReturnInspected, ReviewPosted
from cloudtag.contract.types import SentParcel
from cloudtag.parcels.spelling import with_canonical_numbers
from tests.parcels.making import scan

_IDS = ("o1", "b1", "s1")


def test_every_number_of_an_event_is_in_one_writing() -> None:
    sent = (SentParcel("out-1"), SentParcel("- -"), SentParcel("OUT2"))
    order = with_canonical_numbers(OrderChanged("e1", 1, "taobao", *_IDS, waybill_no="out 2", parcels=sent))
    assert order.waybill_no == "OUT2"
    assert order.parcels == (SentParcel("OUT1"), SentParcel("OUT2"))
    assert with_canonical_numbers(RefundChanged("e2", 1, "taobao", "r1", *_IDS, waybill_no="yt-1")).waybill_no == "YT1"
    assert (
        with_canonical_numbers(ReturnInspected("e3", 1, "taobao", "r1", *_IDS, waybill_no="yt.1")).waybill_no == "YT1"
    )
    assert with_canonical_numbers(scan("accepted", waybill_no="yt 1")).waybill_no == "YT1"


def test_what_is_no_number_is_none_but_for_a_scan() -> None:
    assert with_canonical_numbers(RefundChanged("e2", 1, "taobao", "r1", *_IDS, waybill_no=" - ")).waybill_no is None
    assert with_canonical_numbers(scan("accepted", waybill_no=" - ")).waybill_no == " - "


def test_an_event_without_another_writing_is_the_same_one() -> None:
    for event in (
        OrderChanged("e1", 1, "taobao", *_IDS, waybill_no="OUT1", parcels=(SentParcel("OUT2"),)),
        RefundChanged("e2", 1, "taobao", "r1", *_IDS),
        ReviewPosted("e3", 1, "taobao", "v1", *_IDS, rating=1),
    ):
        assert with_canonical_numbers(event) is event
