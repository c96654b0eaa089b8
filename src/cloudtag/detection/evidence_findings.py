"""What is said of evidence that was used before, or is false by itself (T7)."""

from __future__ import annotations

from typing import Protocol

from cloudtag.contract.records import Reference, Severity
from cloudtag.detection.finding import Finding, bounded, oldest_first, own_shops, unique
from cloudtag.detection.pictures import Picture
from cloudtag.detection.wording import counted, form, listed

FALSE_ORIGINS = ("internet", "edited", "generated")
"""Where evidence is from that shows nothing of the buyer's goods."""
Reuse = tuple[Picture, Picture, int]
"""A use, an earlier one of the same picture, and how many bits they differ in."""
_ORIGINS_ZH = {"internet": "网络图片", "edited": "经编辑", "generated": "人工生成"}


class _Limits(Protocol):
    """The parameters that a finding names."""

    @property
    def picture_bits(self) -> int: ...

    @property
    def window_days(self) -> int: ...


def false_finding(subject: str, fakes: list[Picture], besides: list[int]) -> Finding:
    """False evidence in a refund or complaint; `besides`: since when something else says the same of the buyer."""
    first = min(fakes, key=lambda use: use.moment)
    origins = unique(use.origin for use in fakes)
    said, said_zh = listed(origins), "、".join(_ORIGINS_ZH[origin] for origin in origins)
    return Finding(
        anchor=subject,
        severity="high" if besides else "medium",
        platform=first.platform,
        shop_id=first.shop_id,
        order_ids=unique(use.order_id for use in fakes if use.order_id),
        refund_ids=unique(use.subject for use in fakes if use.stream == "refunds"),
        decided_at=first.at_ms,
        rises={"high": max(first.at_ms, besides[0])} if besides else {},
        evidence=bounded(oldest_first(Reference(use.stream, use.event_id, use.at_ms) for use in fakes)),
        facts={"origin": _origins(fakes), "pieces": str(len(fakes)), "besides": str(len(besides))},
        explanation=(
            f"{counted(len(fakes), 'piece')} of the evidence in {_in(first)[0]} {form(len(fakes), 'is', 'are')} not "
            f"the buyer's own: {said}."
        ),
        explanation_zh=f"{_in(first)[1]} 的 {len(fakes)} 份凭证并非买家本人拍摄：{said_zh}。",
    )


def _origins(fakes: list[Picture]) -> str:
    return ", ".join(unique(use.origin for use in fakes))


def _shown(use: Picture) -> str:
    return "A video" if use.is_video else "A picture"


def _severity(same: list[Picture], linked_ids: set[str], fakes: list[Picture]) -> Severity:
    if not same:
        return "high" if fakes else "medium"
    return "critical" if any(before.buyer_id in linked_ids for before in same) else "high"


def _rises(reuses: list[Reuse], linked_ids: set[str], fakes: list[Picture]) -> dict[Severity, int]:
    """With which use the very same picture was among them, and with which that of a linked buyer."""
    same = [(use.at_ms, earlier.buyer_id) for use, earlier, bits in reuses if not bits]
    linked_at = [at_ms for at_ms, buyer_id in same if buyer_id in linked_ids]
    high_at = [at_ms for at_ms, _ in same] + [max(use.at_ms, reuses[0][0].at_ms) for use in fakes]
    rises: dict[Severity, int] = {"high": min(high_at)} if high_at else {}
    return {**rises, "critical": min(linked_at)} if linked_at else rises


def _in(use: Picture) -> tuple[str, str]:
    """The refund or complaint in which a picture was shown, in English and Chinese."""
    is_refund = use.stream == "refunds"
    return f"{'refund' if is_refund else 'complaint'} {use.subject}", f"{'退款' if is_refund else '投诉'} {use.subject}"


def reuse_finding(
    subject: str,
    reuses: list[Reuse],
    fakes: list[Picture],
    linked_ids: set[str],
    parameters: _Limits,
    *,
    is_slip: bool = False,
) -> Finding:
    """A picture or video in a refund or complaint that was used before; `fakes` are false besides.

    `is_slip`: only in refunds that had been opened by mistake.
    """
    first = min((use for use, _, _ in reuses), key=lambda use: use.moment)
    earlier_ones = sorted((earlier for _, earlier, _ in reuses), key=lambda use: use.moment, reverse=True)
    before = {(earlier.buyer_id, earlier.matter): earlier for earlier in earlier_ones}
    uses = [use for use, _, _ in reuses] + list(before.values())
    bits = min(bits for _, _, bits in reuses)
    others = unique(use.buyer_id for use in before.values() if use.buyer_id != first.buyer_id)
    earliest = earlier_ones[-1]
    return Finding(
        anchor=subject,
        severity="low" if is_slip else _severity([each for _, each, bits in reuses if not bits], linked_ids, fakes),
        platform=first.platform,
        shop_id=first.shop_id,
        order_ids=unique(use.order_id for use in uses if use.order_id),
        own_shops=own_shops(first.buyer_id, ((u.buyer_id, u.shop_id, u.order_id) for u in uses if u.order_id)),
        refund_ids=unique(use.subject for use in uses if use.stream == "refunds"),
        linked_buyer_ids=others,
        decided_at=first.at_ms,
        rises={} if is_slip else _rises(reuses, linked_ids, fakes),
        evidence=bounded(oldest_first(Reference(use.stream, use.event_id, use.at_ms) for use in uses)),
        facts={
            "uses": f"{len(before) + 1}/2",
            "bits_apart": f"{bits}/{parameters.picture_bits}",
            "buyers": str(len(others) + 1),
            "linked_buyers": str(len(linked_ids)),
            "window_days": str(parameters.window_days),
            **({"origin": _origins(fakes)} if fakes else {}),
        },
        explanation=(
            f"{_shown(first)} in {_in(first)[0]} was used before in {_in(earliest)[0]} of buyer {earliest.buyer_id}, "
            f"and in {len(before) + 1} refunds or complaints in all within {counted(parameters.window_days, 'day')} "
            f"({bits} of its 64 bits {form(bits, 'differs', 'differ')})."
        ),
        explanation_zh=(
            f"{_in(first)[1]} 的{'视频' if first.is_video else '图片'}此前"
            f"已被买家 {earliest.buyer_id} 用于{_in(earliest)[1]}，"
            f"{parameters.window_days} 天内共用于 {len(before) + 1} 笔退款或投诉（64 位中相差 {bits} 位）。"
        ),
    )
