"""What is done at the desk, as the input events that say so. Pure.

An event's id is made of the form it was sent with, so that a form that is sent twice says one thing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.disputes import AppealChanged, OrderLimitChanged
from cloudtag.contract.events import AlertAnswered, ComplaintChanged, TagSubmitted
from cloudtag.contract.types import Proof, TaggedOrder
from cloudtag.desk.asking import DeskRow

Verdict = Literal["normal", "abnormal", "ignore"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
REPORTS = (
    *("malicious_order", "malicious_refund", "malicious_complaint"),
    *("malicious_review", "harassment", "deal_not_sold"),
)
"""What a shop may report; each platform takes some of them."""
VOUCHERS = ("picture", "sms", "call_record", "chat")
LONGEST_REASON = 2000

Undo = Callable[[int], list[Struct]]
"""What takes an event back, given the time in milliseconds."""

MadeAct = tuple[Struct, Undo]
"""The event of an act, and what takes it back."""


class BadActError(ValueError):
    """A form asks for something that cannot be; the text says which field."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something, for which shop (none: the platform), by which account, and when (milliseconds)."""

    name: str
    shop_id: str | None
    account_id: str | None
    at_ms: int


def act_id(form: Mapping[str, str], what: str = "") -> str:
    """The id of the event a form makes. Raises `BadActError` for a form without a name of its own."""
    name = form.get("form_id", "")
    if not (16 <= len(name) <= 64 and name.replace("-", "").replace("_", "").isalnum() and name.isascii()):
        raise BadActError("form_id")
    return f"desk-{name}{what}"


def seen_revision(form: Mapping[str, str]) -> int:
    """The revision that was on the page. Raises `BadActError`."""
    text = form.get("revision", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 7):
        raise BadActError("revision")
    return int(text)


def verdict(form: Mapping[str, str], alert: DeskRow, buyer_id: str, actor: Actor) -> MadeAct:
    """A verdict on an alert, and what takes it back. Raises `BadActError`."""
    said = form.get("verdict", "")
    if said not in VERDICTS:
        raise BadActError("verdict")
    event = AlertAnswered(
        event_id=act_id(form),
        occurred_at=actor.at_ms,
        platform=alert["platform"],
        alert_id=alert["alert_id"],
        buyer_id=buyer_id,
        shop_id=actor.shop_id,
        account_id=actor.account_id,
        verdict=said,
        reviewer=actor.name,
        alert_revision=seen_revision(form),
        reason=form.get("reason", "").strip()[:LONGEST_REASON] or None,
    )
    return event, lambda at_ms: [
        replace(
            event, event_id=f"{event.event_id}-undo", occurred_at=at_ms, verdict="unknown", withdraws=event.event_id
        )
    ]


def tag(form: Mapping[str, str], alert: DeskRow, buyer_ids: Mapping[str, str], actor: Actor) -> MadeAct:
    """A tag on orders of a shop's own, and what takes it back. `buyer_ids`: the buyer of each order that may be tagged.

    Raises `BadActError`.
    """
    chosen = [name.removeprefix("order:") for name in form if name.startswith("order:")]
    scenario = form.get("scenario", "").strip()
    if not scenario or len(scenario) > 100:
        raise BadActError("scenario")
    if not chosen or any(order_id not in buyer_ids for order_id in chosen):
        raise BadActError("order")
    if actor.shop_id is None or actor.account_id is None:
        raise BadActError("account")
    event = TagSubmitted(
        event_id=act_id(form),
        occurred_at=actor.at_ms,
        platform=alert["platform"],
        submission_id=act_id(form),
        shop_id=actor.shop_id,
        account_id=actor.account_id,
        scenarios=(scenario,),
        orders=tuple(TaggedOrder(order_id, buyer_ids[order_id]) for order_id in sorted(chosen)),
        chat_evidence_no=form.get("chat_evidence_no", "").strip()[:256] or None,
    )
    return event, lambda at_ms: [
        replace(
            event,
            event_id=f"{event.event_id}-undo",
            occurred_at=at_ms,
            submission_id=f"{event.submission_id}-undo",
            scenarios=(),
            orders=(),
            withdraws=event.event_id,
        )
    ]


def report(form: Mapping[str, str], alert: DeskRow, buyer_ids: Mapping[str, str], actor: Actor) -> MadeAct:
    """A shop's report of an order to its platform, and what takes it back. A voucher is named by its content hash.

    Raises `BadActError`.
    """
    kind, order_id, sha256 = form.get("type", ""), form.get("order", ""), form.get("sha256", "").strip().lower()
    if kind not in REPORTS:
        raise BadActError("type")
    if order_id not in buyer_ids:
        raise BadActError("order")
    if actor.shop_id is None:
        raise BadActError("account")
    if sha256 and not (len(sha256) == 64 and set(sha256) <= set("0123456789abcdef")):
        raise BadActError("sha256")
    if (voucher := form.get("voucher", VOUCHERS[0])) not in VOUCHERS:
        raise BadActError("voucher")
    event = ComplaintChanged(
        event_id=act_id(form),
        occurred_at=actor.at_ms,
        platform=alert["platform"],
        complaint_id=act_id(form),
        buyer_id=buyer_ids[order_id],
        shop_id=actor.shop_id,
        complainant="shop",
        status="opened",
        type=kind,  # type: ignore[arg-type]
        order_id=order_id,
        chat_evidence_no=form.get("chat_evidence_no", "").strip()[:256] or None,
        evidence=(Proof(sha256, voucher),) if sha256 else (),  # type: ignore[arg-type]
    )
    return event, lambda at_ms: [
        replace(event, event_id=f"{event.event_id}-undo", occurred_at=at_ms, status="withdrawn", evidence=())
    ]


def order_limit(form: Mapping[str, str], alert: DeskRow, buyer_id: str, actor: Actor) -> MadeAct:
    """A shop bars a buyer from ordering there, or lifts that; and the opposite. Raises `BadActError`."""
    status: Any = form.get("status", "")
    if status not in ("set", "lifted"):
        raise BadActError("status")
    if actor.shop_id is None or actor.account_id is None:
        raise BadActError("account")
    event = OrderLimitChanged(
        event_id=act_id(form),
        occurred_at=actor.at_ms,
        platform=alert["platform"],
        shop_id=actor.shop_id,
        buyer_id=buyer_id,
        account_id=actor.account_id,
        status=status,
    )
    opposite: Any = "lifted" if status == "set" else "set"
    return event, lambda at_ms: [replace(event, event_id=f"{event.event_id}-undo", occurred_at=at_ms, status=opposite)]


def appeal(form: Mapping[str, str], consequence: DeskRow, buyer_id: str, appeal_id: str, actor: Actor) -> MadeAct:
    """An appeal is opened for a buyer or decided, and it is open again. Raises `BadActError`."""
    status: Any = form.get("status", "")
    if status not in ("opened", "upheld", "rejected"):
        raise BadActError("status")
    event = AppealChanged(
        event_id=act_id(form),
        occurred_at=actor.at_ms,
        platform=consequence["platform"],
        appeal_id=appeal_id or act_id(form),
        buyer_id=buyer_id,
        consequence_id=consequence["consequence_id"],
        status=status,
    )
    before: Any = "rejected" if status == "opened" else "opened"
    return event, lambda at_ms: [replace(event, event_id=f"{event.event_id}-undo", occurred_at=at_ms, status=before)]
