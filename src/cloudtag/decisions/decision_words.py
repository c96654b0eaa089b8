"""Why a decision says what it says, in sentences: what stands, and what it names; nothing of what other shops said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cloudtag.contract.records import Alert, Consequence, TagConfirmation, TagStatus
from cloudtag.contract.times import rfc3339
from cloudtag.decisions.decide import DecisionQuestion, names_order, names_refund
from cloudtag.detectors.registry import all_detectors


class BothWords(NamedTuple):
    """A sentence in English and in Chinese."""

    en: str
    zh: str


NOTHING = BothWords("Nothing that stands speaks against it.", "没有任何不利记录成立。")
ONLY_LOW = BothWords(
    "Only low signals stand; nothing is decided on one of those.", "仅有低级别信号成立；单凭此类信号不作任何决定。"
)
_SEVERITIES = {"low": "低级", "medium": "中级", "high": "高级", "critical": "严重"}
_CHANGES = {
    "a verdict that all is normal": "商家或平台答复“正常”",
    "the confirmation is reversed": "该确认被撤销",
    "the limit is lifted or ends": "限制被解除或到期",
    "what the warning rests on is taken back": "预警所依据的记录被撤回",
    "the tag or alert is taken back, or a complaint is decided": "标记或警报被撤回，或投诉有了结论",
}
_FOLLOWS = {
    "order_hold": BothWords("The order is held", "该订单被暂扣"),
    "order_warning": BothWords("There is a warning about the order", "该订单有预警"),
}
_BASES = {
    "shop_limit": BothWords("the shop's own limit on this buyer", "本店对该买家的限购"),
    "confirmation": BothWords("a standing confirmation of the buyer", "买家的有效确认"),
    "critical_alert": BothWords("a critical alert about the buyer", "针对买家的严重警报"),
}
_SANCTION = BothWords("a standing sanction of the account", "账号的有效处罚")
"""The ground where none of these is named: a sanction, or the purchase limit that is one."""


def of_alert(alert: Alert, question: DecisionQuestion) -> BothWords:
    """An alert: how grave it is, which detector's, and what it names of what is asked about."""
    named = _named(alert, question)
    zh = f"{_SEVERITIES.get(alert.severity, alert.severity)}警报（{alert.detector}）{named.zh}。"
    return BothWords(f"A {alert.severity} alert ({alert.detector}) {named.en}.", zh)


def _named(alert: Alert, question: DecisionQuestion) -> BothWords:
    if names_refund(alert, question):
        return BothWords("names this refund", "涉及该退款")
    if names_order(alert, question):
        return BothWords("names this order", "涉及该订单")
    if not question.waybill_nos.isdisjoint(alert.waybill_nos):
        return BothWords("names a parcel of this return", "涉及该退货的包裹")
    return BothWords("stands about this buyer", "针对该买家成立")


def of_tag(tag: TagStatus) -> BothWords:
    """A confirmed tag on the order."""
    return BothWords(f"The order's tag {tag.scenario} is confirmed.", f"该订单的云标签 {tag.scenario} 已确认。")


def of_confirmation(confirmation: TagConfirmation) -> BothWords:
    """A standing confirmation: under which scenario, and what bears it out."""
    scenario, shops = confirmation.scenario, confirmation.independent_shops
    if confirmation.basis == "shops" and shops:
        return BothWords(
            f"The buyer is confirmed under {scenario}, by {shops} independent shops.",
            f"该买家已被 {shops} 家独立店铺确认（{scenario}）。",
        )
    how = BothWords("by shops", "店铺") if confirmation.basis == "shops" else BothWords("by evidence", "平台证据")
    return BothWords(f"The buyer is confirmed under {scenario}, {how.en}.", f"该买家已由{how.zh}确认（{scenario}）。")


def of_consequence(told: Consequence) -> BothWords:
    """What follows for the order: a hold or a warning and its ground, or what is decided of the insurance claim."""
    if told.kind == "insurance_decision":
        decision = told.details.get("decision", "")
        return BothWords(
            f"The order's insurance claim is decided: {decision}.", f"该订单运费险的处理结论：{decision}。"
        )
    kind = _FOLLOWS.get(told.kind, BothWords(told.kind, told.kind))
    bases = [_BASES.get(each, _SANCTION) for each in told.details.get("basis", "").split(", ")]
    en, zh = ", ".join(basis.en for basis in bases), "、".join(basis.zh for basis in bases)
    return BothWords(f"{kind.en}: {en}.", f"{kind.zh}：{zh}。")


def behind(as_of: int, *, is_open: bool) -> BothWords:
    """What the policy says where what stands was last known some time ago."""
    at = rfc3339(as_of)
    if is_open:
        return BothWords(
            f"What stands was last known at {at}; the policy lets it pass meanwhile.",
            f"最近一次获知有效记录是在 {at}；按策略在此期间放行。",
        )
    return BothWords(
        f"What stands was last known at {at}; the policy asks a person meanwhile.",
        f"最近一次获知有效记录是在 {at}；按策略在此期间由人工复核。",
    )


def changes_zh(changes: Iterable[str], alerts: Iterable[Alert]) -> Iterator[str]:
    """What would change a decision, in Chinese: of an alert, what its detector says would clear it."""
    known = {alert.facts.get("clears"): all_detectors().get(alert.detector) for alert in alerts}
    for change in changes:
        detector = known.get(change)
        yield detector.rule.clears_zh if detector is not None else _CHANGES.get(change, change)
