"""What one buyer, b1, does at one shop, in short words; and what others say of it."""

from __future__ import annotations

from typing import Any

from cloudtag.contract.events import (
    AlertAnswered,
    ComplaintChanged,
    Event,
    OrderChanged,
    ParcelScanned,
    RefundChanged,
    ReturnInspected,
)
from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.contract.records import Alert
from cloudtag.contract.scope import scoped
from cloudtag.contract.types import Goods, OrderLine, OrderStatus, RefundStatus, ScanKind, VerdictKind
from cloudtag.engine.task_result import Output
from tests.engine.standing import records_of
from tests.processors.scene import HOUR, T0, Scene


def on_stage(*facts: Any) -> Scene:
    """The keyed state of the buyer, once these facts have come, one after the other."""
    scene = Scene("buyers", "b1")
    for fact in facts:
        scene.come(fact)
    return scene


def named(order_id: str) -> str:
    """The name of the row of an order of that shop."""
    return scoped("s1", order_id)


def ordered(status: OrderStatus = "placed", at: int = T0, n: int = 1, **fields: Any) -> OrderChanged:
    return OrderChanged(f"o{n}-{status}-{at}", at, "taobao", f"o{n}", "b1", "s1", status, **fields)


def refunded(status: RefundStatus = "opened", at: int = T0, n: int = 1, **fields: Any) -> RefundChanged:
    ids = (f"r{n}", f"o{n}", "b1", "s1")
    return RefundChanged(f"r{n}-{status}-{at}", at, "taobao", *ids, status, **fields)


def scanned(number: str, kind: ScanKind, at: int, **fields: Any) -> ParcelScanned:
    return ParcelScanned(f"{number}-{kind}-{at}", at, "taobao", "sf", number, scan=kind, **fields)


def complained(name: str = "c1", at: int = T0, **fields: Any) -> ComplaintChanged:
    return ComplaintChanged(f"{name}-{at}", at, "taobao", name, "b1", "s1", **fields)


def denied(n: int = 1, at: int = T0) -> list[Event]:
    """Received, and money asked back as if it was not: an alert about the order."""
    return [
        ordered("placed", at, n),
        ordered("shipped", at + HOUR, n, waybill_no=f"W{n}"),
        scanned(f"W{n}", "signed", at + 2 * HOUR, signer="recipient"),
        refunded("opened", at + 3 * HOUR, n, type="refund_only", reason="not_received"),
    ]


def short(n: int = 2, at: int = T0) -> list[Event]:
    """Half of what was ordered came back: an alert about the return."""
    received = (Goods("dress", 1),)
    return [
        ordered("completed", at, n, lines=(OrderLine("dress", 2, 19900),)),
        refunded("opened", at + HOUR, n, type="return_refund", reason="quality"),
        ReturnInspected(f"i{n}-{at}", at + 5 * HOUR, "taobao", f"r{n}", f"o{n}", "b1", "s1", received=received),
    ]


def answered(alert: Alert, verdict: VerdictKind, at: int, name: str = "v1") -> AlertAnswered:
    return AlertAnswered(name, at, "taobao", alert.alert_id, "b1", "s1", "main", verdict)


def linked(attribute: str, *others: str, at: int = T0, **fields: Any) -> LinkReported:
    """Others show the attribute as the buyer does."""
    uses = tuple(
        AttributeUsed(0, True, attribute, at, f"e-{other}", "taobao", other, network="taobao", **fields)
        for other in others
    )
    return LinkReported(0, True, "b1", attribute, at, uses, "taobao")


def alerts(outputs: list[Output], detector: str = "") -> list[Alert]:
    """The alerts among what was published, of one detector or of all."""
    return [alert for alert in records_of(outputs, Alert) if detector in ("", alert.detector)]
