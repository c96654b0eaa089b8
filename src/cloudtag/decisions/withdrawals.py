"""Why an alert was taken back: by which events, since when, and in a shop's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from cloudtag.contract.internal import Cause
from cloudtag.contract.records import Alert, Refutation
from cloudtag.detection.wording import listed
from cloudtag.detectors.registry import all_detectors

Words = tuple[str, str]
"""English and Chinese; `{on}` stands for the day."""
_MOST_NAMED = 3
"""So many events are put into words; the others are only counted."""
_PHRASES: dict[str, Words] = {
    "logistics": ("the courier's scan of {on}", "快递{on}的扫描记录"),
    "logistics:signed": ("the courier's signature of {on}", "快递{on}的签收记录"),
    "logistics:collected": ("the collection of the parcel on {on}", "{on}的取件记录"),
    "logistics:refused": ("the courier's note of {on} that the parcel was refused", "快递{on}的拒收记录"),
    "logistics:returned": ("the courier's note of {on} that the parcel is going back", "快递{on}的退回记录"),
    "orders": ("what was said of the order on {on}", "订单{on}的信息"),
    "orders:placed": ("the order placed on {on}", "{on}所下的订单"),
    "orders:partly_shipped": ("the shipment of a part on {on}", "{on}的部分发货"),
    "orders:paid": ("the payment of {on}", "{on}的付款"),
    "orders:shipped": ("the shipment of {on}", "{on}的发货"),
    "orders:completed": ("the completion of the order on {on}", "订单{on}的完成"),
    "orders:cancelled": ("the cancellation of the order on {on}", "订单{on}的取消"),
    "orders:closed_unpaid": ("the closing of the unpaid order on {on}", "订单{on}因未付款而关闭"),
    "refunds": ("what was said of the refund on {on}", "退款{on}的信息"),
    "refunds:opened": ("the refund opened on {on}", "{on}发起的退款"),
    "refunds:modified": ("the change of the refund on {on}", "退款{on}的修改"),
    "refunds:agreed": ("the shop's consent to the refund on {on}", "店铺{on}同意退款"),
    "refunds:refused": ("the shop's refusal of the refund on {on}", "店铺{on}拒绝退款"),
    "refunds:waybill_filled": ("the return number given on {on}", "{on}填写的退货单号"),
    "refunds:completed": ("the completion of the refund on {on}", "退款{on}的完成"),
    "refunds:withdrawn": ("the withdrawal of the refund on {on}", "买家{on}撤回退款"),
    "inspections": ("the shop's inspection of {on}", "店铺{on}的验货结果"),
    "reviews": ("the buyer's review of {on}", "买家{on}的评价"),
    "complaints": ("the complaint of {on}", "{on}的投诉"),
    "complaints:upheld": ("the decision of {on} that the complaint is justified", "{on}投诉成立的决定"),
    "complaints:rejected": ("the rejection of the complaint on {on}", "投诉{on}被驳回"),
    "complaints:reopened": ("the objection of {on} to the decision on the complaint", "{on}对投诉结果的异议"),
    "complaints:withdrawn": ("the withdrawal of the complaint on {on}", "投诉{on}的撤回"),
    "contacts": ("the shop's attempt of {on} to reach the buyer", "店铺{on}联系买家的记录"),
    "contacts:answered": ("the buyer's answer of {on}", "买家{on}的回复"),
    "insurance": ("what was said of the freight insurance on {on}", "运费险{on}的信息"),
    "verdicts": ("the verdict of {on}", "{on}的判定"),
    "verdicts:normal": ("the verdict of {on} that all is normal", "{on}判定为正常"),
    "shops": ("what the shop said of itself on {on}", "店铺{on}更新的信息"),
    "chargebacks": ("the chargeback of {on}", "{on}的拒付"),
    "order-limits": ("the shop's limit of {on} on the buyer's orders", "店铺{on}对买家的限购"),
    "appeals": ("the buyer's appeal of {on}", "买家{on}的申诉"),
    "erasures": ("the request of {on} to forget the buyer", "买家{on}的遗忘请求"),
    "tags": ("the tag of {on}", "{on}的标记"),
}
"""By stream, and by stream and what the event said where that has words of its own."""
_AGAIN: dict[str, Words] = {
    "inspections": ("the shop's corrected inspection of {on}", "店铺{on}更正的验货结果"),
    "refunds:waybill_filled": ("the return number as corrected on {on}", "{on}更正的退货单号"),
}
"""Where the alert already rests on an event of that stream, this one corrects it."""


def withdrawn(alert: Alert, causes: Sequence[Cause], now_ms: int, *, is_certain: bool) -> Alert:
    """A withdrawn revision, completed. `causes` are the events that refuted it, oldest first; none: time alone did.

    Not `is_certain`: they came when it ceased to hold, and no single one of them can be named as the reason.
    `now_ms`: how far event time has come. That is the moment of the withdrawal where the events themselves are older
    than the alert.
    """
    because, because_zh = _told(alert, causes, is_certain=is_certain)
    newest_ms = max((cause.occurred_at for cause in causes), default=0)
    return replace(
        alert,
        decided_at=newest_ms if newest_ms > alert.decided_at else max(alert.decided_at, now_ms),
        withdrawn_by=tuple(dict.fromkeys(Refutation(c.stream, c.event_id, c.occurred_at) for c in causes)),
        withdrawn_because=because,
        withdrawn_because_zh=because_zh,
    )


def _told(alert: Alert, causes: Sequence[Cause], *, is_certain: bool) -> Words:
    if not causes:
        return "Time has passed: what it rested on is too long ago to count.", "时间已过：它所依据的事实已不再计入。"
    phrases = [_phrase(alert, cause) for cause in causes[-_MOST_NAMED:]]
    more = len(causes) - len(phrases)
    named = listed([en for en, _ in phrases] + ([f"{more} more"] if more else []))
    named_zh = "、".join(zh for _, zh in phrases) + (f"等 {len(causes)} 项" if more else "")
    if not is_certain:
        return f"It no longer holds since this came in: {named}.", f"收到以下信息后不再成立：{named_zh}。"
    is_late = all(cause.occurred_at <= alert.decided_at for cause in causes)
    verb = "clears" if len(causes) == 1 else "clear"
    how, how_zh = (
        (f"came in late and {verb} it", "迟到，预警因此撤回") if is_late else (f"{verb} it", "表明预警不再成立")
    )
    return f"{named[:1].upper()}{named[1:]} {how}.", f"{named_zh}{how_zh}。"


def _phrase(alert: Alert, cause: Cause) -> Words:
    detector = all_detectors().get(alert.detector)
    own = detector.rule.cleared if detector is not None else {}
    is_again = any(r.stream == cause.stream for r in alert.evidence if r.event_id != cause.event_id)
    for words in (own, *([_AGAIN] if is_again and _is_correction(alert, cause) else []), _PHRASES):
        for name in _names(cause):
            if name in words:
                en, zh = words[name]
                return en.format(on=_day(cause.occurred_at)), zh.format(on=_day_zh(cause.occurred_at))
    return f"an event of {cause.stream} of {_day(cause.occurred_at)}", f"{_day_zh(cause.occurred_at)}的信息"


def _is_correction(alert: Alert, cause: Cause) -> bool:
    """A return number corrects another only where the alert is about one."""
    return cause.stream != "refunds" or bool(alert.waybill_nos)


def _names(cause: Cause) -> Iterator[str]:
    yield f"{cause.stream}:{cause.what}"
    yield cause.stream


def _day(at_ms: int) -> str:
    day = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f"{day.day} {day:%B %Y}"


def _day_zh(at_ms: int) -> str:
    day = datetime.fromtimestamp(at_ms / 1000, UTC)
    return f" {day.year} 年 {day.month} 月 {day.day} 日"
