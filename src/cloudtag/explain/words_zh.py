"""Events in Chinese words, one line each: what `words` says in English."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cloudtag.contract import disputes
from cloudtag.contract import events as ev
from cloudtag.contract.types import Goods, OrderLine, Proof, SentParcel

_SHOWN = 8
"""So much of a file's hash distinguishes it from others."""
Word = Callable[[str | None], str]
"""What a value of an enum is called."""


def tell_zh(event: Any, word: Word, *, is_buyer_named: bool = False) -> str:
    """What an input event says. `is_buyer_named`: name the buyer, where several have a part."""
    told = _WORDS[type(event)](event, word)
    who = getattr(event, "buyer_id", None)
    return f"{told}［买家 {who}］" if is_buyer_named and who else told


def _joined(first: str, *rest: str | None) -> str:
    return "，".join([first, *(part for part in rest if part)])


def _goods(lines: Iterable[OrderLine | Goods]) -> str:
    return " + ".join(f"{line.quantity} × {line.sku_id}" for line in lines)


def _proofs(proofs: tuple[Proof, ...], word: Word) -> str | None:
    shown = [
        f"{word(proof.kind)} {proof.sha256[:_SHOWN]}"
        + (f"（{word(proof.origin)}）" if proof.origin not in ("unknown", "own") else "")
        for proof in proofs
    ]
    return f"凭证：{'、'.join(shown)}" if shown else None


def _parcel(carrier: str | None, number: str | None, what: str) -> str | None:
    return f"{what} {number}{f'（{carrier}）' if carrier else ''}" if number else None


def _sent(parcel: SentParcel) -> str:
    goods = f"，内装 {_goods(parcel.lines)}" if parcel.lines else ""
    return f"{_parcel(parcel.carrier, parcel.waybill_no, '包裹')}{goods}"


def _order(e: ev.OrderChanged, word: Word) -> str:
    return _joined(
        f"店铺 {e.shop_id} 的订单 {e.order_id} {word(e.status)}",
        f"由{word(e.cancelled_by)}取消" if e.cancelled_by != "unknown" else None,
        _goods(e.lines) or None,
        f"寄往 {e.region}" if e.region else None,
        None if e.address_valid is None else "地址有效" if e.address_valid else "地址无效",
        f"促销 {e.promotion_id}" if e.promotion_id else None,
        f"推广渠道 {e.affiliate_id}" if e.affiliate_id else None,
        "已投运费险" if e.freight_insured else None,
        "定制商品" if e.custom_made else None,
        ("备注无意义" if e.note_meaningless else "有备注") if e.buyer_note else None,
        "拍下最后库存" if e.stock_zeroed else None,
        _parcel(e.carrier, e.waybill_no, "包裹"),
        *(_sent(parcel) for parcel in e.parcels),
        *(f"{kind} {value}" for kind, value in _identity(e) if value),
    )


def _identity(e: ev.OrderChanged) -> tuple[tuple[str, str | None], ...]:
    return (
        ("地址", e.address_hash),
        ("区域", e.address_area),
        ("手机", e.phone_hash),
        ("设备", e.device_hash),
        ("支付账户", e.payment_hash),
    )


def _refund(e: ev.RefundChanged, word: Word) -> str:
    number = _parcel(e.carrier, e.waybill_no, "退货单号")
    is_filling = e.status == "waybill_filled"
    step = f"填写{number or '退货单号'}" if is_filling else word(e.status)
    return _joined(
        f"订单 {e.order_id} 的退款 {e.refund_id} {step}",
        word(e.type) if e.type != "unknown" else None,
        f"原因：{word(e.reason)}" if e.reason != "unknown" else None,
        None if e.claims_received is None else "称已收到货" if e.claims_received else "称未收到货",
        f"商品 {_goods(e.lines)}" if e.lines else None,
        None if is_filling else number,
        "退货单号被平台收回" if e.waybill_cleared else None,
        f"由 {e.approved_by} 批准" if e.approved_by else None,
        "在平台外告知" if e.offline else None,
        _proofs(e.evidence, word),
    )


def _scan(e: ev.ParcelScanned, word: Word) -> str:
    return _joined(
        f"包裹 {e.waybill_no} {word(e.scan)}",
        f"签收人：{word(e.signer)}" if e.signer and e.signer != "unknown" else None,
        f"在 {e.facility}" if e.facility else None,
        f"目的地 {e.destination_hash}" if e.destination_hash else None,
        word(e.package) if e.package != "unknown" else None,
        f"{e.weight_grams} 克" if e.weight_grams is not None else None,
        "当地时间" if e.time_is_local else None,
    )


def _inspection(e: ev.ReturnInspected, word: Word) -> str:
    found = _goods(goods for goods in e.received if goods.quantity)
    if not e.arrived:
        return _joined(f"店铺 {e.shop_id} 称退款 {e.refund_id} 的退货没有到", _parcel(None, e.waybill_no, "包裹"))
    return _joined(
        f"店铺 {e.shop_id} 拆验退款 {e.refund_id} 的退货",
        _parcel(None, e.waybill_no, "包裹"),
        f"发现 {found}" if found else "空包裹",
        *(word(condition) for condition in e.condition if condition != "unknown"),
        "不是正品" if e.authentic is False else None,
        f"包装为{word(e.package)}" if e.package != "unknown" else None,
        f"{e.weight_grams} 克" if e.weight_grams is not None else None,
    )


def _review(e: ev.ReviewPosted, _: Word) -> str:
    return _joined(
        f"订单 {e.order_id} 的评价 {e.review_id}：{e.rating} 星（满分 5 星）",
        "索要钱财" if e.demands_money else None,
        "含广告" if e.advertises else None,
        "有聊天凭证" if e.chat_evidence_no else None,
    )


def _complaint(e: ev.ComplaintChanged, word: Word) -> str:
    who = word(e.complainant) if e.complainant != "unknown" else ""
    return _joined(
        f"{who}投诉 {e.complaint_id} {word(e.status)}",
        f"事由：{word(e.type)}" if e.type != "unknown" else None,
        f"订单 {e.order_id}" if e.order_id else None,
        f"店铺 {e.shop_id}",
        "索要钱财" if e.demands_money else None,
        "有聊天凭证" if e.chat_evidence_no else None,
        _proofs(e.evidence, word),
    )


def _contact(e: ev.BuyerContacted, word: Word) -> str:
    answer = "买家已回复" if e.answered else "无人应答"
    return f"店铺 {e.shop_id} 就订单 {e.order_id} 以{word(e.channel)}联系买家：{answer}"


def _tag(e: ev.TagSubmitted, word: Word) -> str:
    if e.withdraws is not None:
        return f"店铺 {e.shop_id} 撤回打标 {e.withdraws}"
    orders = "、".join(order.order_id for order in e.orders)
    return f"店铺 {e.shop_id} 将 {orders} 打标为{'、'.join(word(scenario) for scenario in e.scenarios)}"


def _verdict(e: ev.AlertAnswered, word: Word) -> str:
    who = "平台" if e.shop_id is None else f"店铺 {e.shop_id}"
    if e.withdraws is not None:
        return f"{who}撤回对警报 {e.alert_id} 的判定 {e.withdraws}"
    return _joined(
        f"{who}对警报 {e.alert_id} 的判定：{word(e.verdict)}",
        f"审核人 {e.reviewer}" if e.reviewer else None,
        f"所见版本 {e.alert_revision}" if e.alert_revision is not None else None,
        f"理由：{e.reason}" if e.reason else None,
    )


def _shop(e: ev.ShopDescribed, _: Word) -> str:
    addresses = len(e.return_address_hashes)
    return _joined(
        f"店铺 {e.shop_id} 登记资料",
        f"经营 {e.category}" if e.category else None,
        f"{addresses} 个退货地址" if addresses else None,
        f"手机 {e.phone_hash}" if e.phone_hash else None,
        *(f"设备 {device}" for device in e.device_hashes),
        f"支付账户 {e.payment_hash}" if e.payment_hash else None,
    )


def _limit(e: disputes.OrderLimitChanged, _: Word) -> str:
    told = {"set": "不再接受该买家下单", "lifted": "恢复接受该买家下单"}.get(e.status, "说明了对该买家下单的限制")
    return f"店铺 {e.shop_id} {told}（账号 {e.account_id}）"


def _abuse(e: ev.AbuseFound, word: Word) -> str:
    if e.withdraws is not None:
        return f"撤回对店铺 {e.shop_id} 的认定 {e.withdraws}"
    return f"店铺 {e.shop_id} 滥用打标：{word(e.kind)}"


_WORDS: dict[type[Any], Callable[[Any, Word], str]] = {
    ev.OrderChanged: _order,
    ev.RefundChanged: _refund,
    ev.ParcelScanned: _scan,
    ev.ReturnInspected: _inspection,
    ev.ReviewPosted: _review,
    ev.ComplaintChanged: _complaint,
    ev.BuyerContacted: _contact,
    ev.InsuranceChanged: lambda e, word: f"订单 {e.order_id} 的运费险 {word(e.status)}",
    ev.TagSubmitted: _tag,
    ev.AlertAnswered: _verdict,
    ev.ShopDescribed: _shop,
    ev.AccountChanged: lambda e, word: f"店铺 {e.shop_id} 的账号 {e.account_id}：{word(e.status)}",
    ev.ViolationChanged: lambda e, word: f"店铺 {e.shop_id} 的违规 {e.case_id} {word(e.status)}",
    ev.AbuseFound: _abuse,
    disputes.ChargebackChanged: lambda e, word: (
        f"店铺 {e.shop_id} 订单 {e.order_id} 的拒付 {e.chargeback_id} {word(e.status)}"
    ),
    disputes.OrderLimitChanged: _limit,
    disputes.AppealChanged: lambda e, word: f"针对处置 {e.consequence_id} 的申诉 {e.appeal_id} {word(e.status)}",
    ev.ErasureRequested: lambda e, _: f"买家 {e.buyer_id} 要求被遗忘",
}
