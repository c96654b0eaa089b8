"""What happens again and again to one parcel's number, one shared attribute, one shop."""

from __future__ import annotations

from typing import Any

from benchmarks.growth.buyer import HOUR_MS, began
from cloudtag.contract.events import (
    AccountChanged,
    Event,
    OrderChanged,
    ParcelScanned,
    RefundChanged,
    TagSubmitted,
    ViolationChanged,
)
from cloudtag.contract.types import OrderLine, TaggedOrder

_PLATFORM = "taobao"


def scanned(n: int) -> list[Event]:
    """One parcel on its way back is scanned again and again."""
    at = began(n)
    said: dict[str, Any] = {"type": "return_refund", "reason": "no_reason", "waybill_no": "YT1", "carrier": "yto"}
    use = RefundChanged("r", at, _PLATFORM, "r1", "o1", "b1", "s1", "waybill_filled", **said)
    scan = ParcelScanned(f"l{n}", at + 1, _PLATFORM, "yto", "YT1", scan="arrived", facility=f"f{n % 7}")
    return [use, scan] if not n else [scan]


def used(n: int) -> list[Event]:
    """Every buyer sends everything back under one number."""
    at, about = began(n), (f"o{n}", f"b{n}", "s1")
    said: dict[str, Any] = {"type": "return_refund", "reason": "no_reason", "waybill_no": "YT1", "carrier": "yto"}
    return [
        OrderChanged(f"p{n}", at, _PLATFORM, *about, "completed", lines=(OrderLine("sku", 1, 9_900),)),
        RefundChanged(f"r{n}", at + HOUR_MS, _PLATFORM, f"r{n}", *about, "waybill_filled", **said),
    ]


def shown(n: int) -> list[Event]:
    """Every buyer orders from one device."""
    at, about = began(n), (f"o{n}", f"b{n}", "s1")
    lines = (OrderLine("sku", 1, 9_900),)
    return [OrderChanged(f"p{n}", at, _PLATFORM, *about, "completed", lines=lines, device_hash="hub")]


def tagged(n: int) -> list[Event]:
    """One shop tags one order of one buyer after the other."""
    at = began(n)
    exam = AccountChanged("exam", at, "jd", "s1", "main", "exam_passed")
    orders = (TaggedOrder(f"o{n}", f"b{n}"),)
    tag = TagSubmitted(f"t{n}", at + 1, "jd", f"sub{n}", "s1", "main", ("worn_return",), orders)
    return [exam, tag] if not n else [tag]


def violated(n: int) -> list[Event]:
    """One shop's false transactions, case after case."""
    return [ViolationChanged(f"x{n}", began(n), _PLATFORM, f"case{n}", "s1", "found")]
