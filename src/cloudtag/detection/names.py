"""What values of the contract are called in the sentences of a finding, in English and Chinese."""

from __future__ import annotations

from collections.abc import Iterable

from cloudtag.detection.wording import listed

_KINDS = {
    "address": ("address", "地址"),
    "area": ("area", "区域"),
    "phone": ("phone", "手机"),
    "device": ("device", "设备"),
    "payment": ("payment account", "支付账户"),
}
_ZH = {
    "worn": "已穿着", "stained": "有污渍", "washed": "已洗涤", "tag_removed": "吊牌已拆",
    "damaged_by_buyer": "买家损坏", "package_missing": "包装缺失", "box": "纸箱", "bag": "袋子", "envelope": "信封",
    "late_delivery": "延迟发货", "out_of_stock": "缺货", "information_leak": "信息泄露", "invoice": "发票",
    "postage": "邮费", "cash_on_delivery": "货到付款", "credit_card": "信用卡", "instalments": "分期付款",
    "cashback_for_review": "好评返现", "advertising_law": "广告法", "insurance_refused": "拒赔保险",
    "malicious_order": "恶意下单", "malicious_refund": "恶意退款", "malicious_review": "恶意评价",
    "malicious_complaint": "恶意投诉", "labelling": "标签标识", "certification": "资质认证", "food_safety": "食品安全",
    "harassment": "骚扰", "deal_not_sold": "成交不卖", "other": "其他", "unknown": "未知",
}  # fmt: skip
"""Conditions, packages and types of complaints; what is not here keeps its English words."""


def called(value: str) -> str:
    """A value of an enum, or a scenario, as English words."""
    return value.replace("_", " ")


def called_zh(value: str) -> str:
    """The same in Chinese."""
    return _ZH.get(value) or called(value)


def attributes(shown: Iterable[str]) -> str:
    """What is shared, `device:9f2c…` and more, as `device 9f2c… and phone 0b1d…`; an area without its shop."""
    return listed(_attribute(each, 0) for each in shown)


def attributes_zh(shown: Iterable[str]) -> str:
    """The same in Chinese."""
    return "、".join(_attribute(each, 1) for each in shown)


def _attribute(shown: str, language: int) -> str:
    kind, _, value = shown.partition(":")
    words = _KINDS[kind][language] if kind in _KINDS else kind
    return f"{words} {value.rpartition('/')[2] if kind == 'area' else value}"
