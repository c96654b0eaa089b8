"""What `reused_evidence` finds, and what it must not."""

from __future__ import annotations

from typing import Any

from cloudtag.detection.example import complained, day, inspected, ordered, refunded
from cloudtag.detection.examples.one_box import ONE_BOX
from cloudtag.detection.rule import Example

_CUP = {"kind": "picture", "sha256": "cup", "phash": "00ff00ff00ff00ff"}


_VIDEO = {"kind": "video", "sha256": "film"}


def _shown(
    n: int, at: int, picture: dict[str, Any] | None = None, device_hash: str | None = None, **who: Any
) -> tuple[dict[str, object], ...]:
    shown = {"device_hash": device_hash, "phone_hash": who.pop("phone_hash", None)}
    return (
        ordered("placed", day(at), refund_id=f"r{n}", **shown, **who),
        refunded(
            "opened", day(at + 3), refund_id=f"r{n}", type="refund_only", reason="damaged",
            evidence=[picture or _CUP], **who,
        ),
    )  # fmt: skip


def _sent_back(n: int, number: str = "RET1") -> dict[str, object]:
    return refunded("waybill_filled", day(6), refund_id=f"r{n}", type="return_refund", waybill_no=number)


def _taken_back(n: int, at: int) -> dict[str, object]:
    return refunded("withdrawn", day(at), refund_id=f"r{n}", type="refund_only", reason="damaged")


def _like(phash: str) -> dict[str, str]:
    return {**_CUP, "sha256": f"cup-{phash}", "phash": phash}


EXAMPLES = (
    Example(
        name="one broken cup, two refunds",
        events=(*_shown(1, 0), *_shown(2, 30, shop_id="s2")),
        fires=({"severity": "high", "refund_ids": ["r1", "r2"], "shop_id": "s2", "facts": {"bits_apart": "0/6"}},),
    ),
    Example(
        name="another buyer's picture, six bits apart",
        events=(*_shown(1, 0), *_shown(2, 30, _like("01fe01fe01fe00ff"), buyer_id="b2")),
        fires=({"severity": "medium", "buyer_id": "b2", "linked_buyer_ids": ["b1"], "facts": {"bits_apart": "6/6"}},),
    ),
    Example(
        name="another buyer's picture, on one device",
        events=(*_shown(1, 0, device_hash="d1"), *_shown(2, 30, buyer_id="b2", device_hash="d1")),
        fires=({"severity": "critical", "buyer_id": "b2"},),
    ),
    Example(
        name="another buyer's picture, of the one who had the phone sixty days before",
        events=(*_shown(1, 0, phone_hash="p1"), *_shown(2, 60, buyer_id="b2", phone_hash="p1")),
        fires=({"severity": "critical", "buyer_id": "b2", "facts": {"linked_buyers": "1"}},),
    ),
    Example(
        name="of the one who had the phone longer ago, which may have been sold on",
        events=(*_shown(1, 0, phone_hash="p1"), *_shown(2, 61, buyer_id="b2", phone_hash="p1")),
        fires=({"severity": "high", "buyer_id": "b2", "facts": {"linked_buyers": "0"}},),
    ),
    Example(
        name="near miss: one picture of two broken cups, which go back in one parcel",
        events=(*_shown(1, 0), *_shown(2, 1), _sent_back(1), _sent_back(2)),
    ),
    Example(
        name="they go back in a parcel each",
        events=(*_shown(1, 0), *_shown(2, 1), _sent_back(1), _sent_back(2, "RET2")),
        fires=({"severity": "high", "refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="one file, its sum written in two ways",
        events=(
            *_shown(1, 0, {**_CUP, "phash": None, "sha256": "AB12"}),
            *_shown(2, 30, {**_CUP, "phash": None, "sha256": "ab12"}),
        ),
        fires=({"severity": "high", "facts": {"bits_apart": "0/6"}},),
    ),
    Example(
        name="from a refund into a complaint that names no order",
        events=(
            *_shown(1, 0, buyer_id="b2"),
            complained("opened", day(40), type="other", order_id=None, evidence=[_CUP]),
        ),
        fires=({"buyer_id": "b1", "order_ids": ["o1"], "facts": {"uses": "2/2"}},),
    ),
    Example(
        name="near miss: seven bits apart",
        events=(*_shown(1, 0), *_shown(2, 30, _like("01fe01fe01fe01ff"), buyer_id="b2")),
    ),
    Example(
        name="near miss: amended with the same picture",
        events=(*_shown(1, 0), refunded("modified", day(5), type="refund_only", evidence=[_CUP])),
    ),
    Example(
        name="near miss: a complaint about the refused refund",
        events=(
            *_shown(1, 0),
            refunded("refused", day(4)),
            complained("opened", day(5), type="other", evidence=[_CUP]),
        ),
    ),
    Example(
        name="near miss: three orders in one crushed parcel, one photo of it",
        events=tuple(
            event
            for n in (1, 2, 3)
            for event in (*_shown(n, n), ordered("shipped", day(n, 1), refund_id=f"r{n}", waybill_no="OUT1"))
        ),
    ),
    Example(
        name="near miss: the shop shows what the buyer had sent it",
        events=(
            *_shown(1, 0),
            complained(
                "opened", day(9), complaint_id="c9", complainant="shop", type="malicious_refund", order_id="o7",
                evidence=[_CUP],
            ),
        ),
    ),
    Example(
        name="the thief of a picture, not its owner, who shows it again",
        events=(
            *_shown(1, 0),
            *_shown(2, 30, buyer_id="b2"),
            complained("opened", day(40), type="other", evidence=[_CUP]),
        ),
        fires=({"buyer_id": "b2"},),
    ),
    Example(name="near miss: last year's picture", events=(*_shown(1, 0), *_shown(2, 200))),
    Example(
        name="near miss: two photos of one breakage",
        events=(
            *_shown(1, 0),
            refunded("modified", day(5), type="refund_only", evidence=[_like("00ff00ff00ff00fe")]),
        ),
    ),
    Example(
        name="exactly 180 days apart",
        events=(*_shown(1, 0), *_shown(2, 180)),
        fires=({"severity": "high"},),
    ),
    Example(
        name="the same video",
        events=(*_shown(1, 0, _VIDEO), *_shown(2, 30, _VIDEO, shop_id="s2")),
        fires=({"severity": "high", "refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="near miss: the same chat, which both refunds are about",
        events=(*_shown(1, 0, {**_VIDEO, "kind": "chat"}), *_shown(2, 30, {**_VIDEO, "kind": "chat"})),
    ),
    Example(
        name="near miss: orders that share one of their parcels, one photo of it",
        events=tuple(
            event
            for n in (1, 2)
            for event in (
                *_shown(n, n),
                ordered(
                    "shipped", day(n, 1), refund_id=f"r{n}",
                    parcels=[{"waybill_no": f"OUT{n}"}, {"waybill_no": "BOTH"}],
                ),
            )
        ),
    ),
    Example(
        name="a picture from the internet, alone",
        events=_shown(1, 0, {**_CUP, "origin": "internet"}),
        fires=({"severity": "medium", "refund_ids": ["r1"], "facts": {"origin": "internet"}},),
    ),
    Example(name="near miss: a picture of the buyer's own", events=_shown(1, 0, {**_CUP, "origin": "own"})),
    Example(
        name="an edited picture, and a generated one in another refund",
        events=(
            *_shown(1, 0, {"kind": "picture", "sha256": "one", "origin": "edited"}),
            *_shown(2, 30, {"kind": "picture", "sha256": "two", "origin": "generated"}),
        ),
        fires=({"severity": "high", "refund_ids": ["r1"]}, {"severity": "high", "refund_ids": ["r2"]}),
    ),
    Example(
        name="a generated picture, and one used before in another refund",
        events=(
            *_shown(1, 0),
            *_shown(2, 30),
            *_shown(3, 60, {"kind": "picture", "sha256": "other", "origin": "generated"}),
        ),
        fires=({"refund_ids": ["r1", "r2"]}, {"severity": "high", "refund_ids": ["r3"]}),
    ),
    Example(
        name="an edited picture beside damage of the buyer's own making",
        events=(
            *_shown(1, 0, {**_CUP, "origin": "edited"}),
            inspected(day(8), {"dress": 2}, condition=["damaged_by_buyer"]),
        ),
        fires=({"severity": "high", "facts": {"origin": "edited", "besides": "1"}},),
    ),
    Example(
        name="an edited picture, and damage of the buyer's own making in another order",
        events=(
            *_shown(1, 0, {**_CUP, "origin": "edited"}),
            *_shown(2, 0, {"kind": "picture", "sha256": "other"}),
            inspected(day(8), {"dress": 2}, refund_id="r2", condition=["damaged_by_buyer"]),
        ),
        fires=({"severity": "medium", "facts": {"besides": "0"}},),
    ),
    Example(
        name="a picture that looks like an earlier one, and is edited",
        events=(*_shown(1, 0), *_shown(2, 30, {**_like("01fe01fe01fe00ff"), "origin": "edited"})),
        fires=({"severity": "high", "refund_ids": ["r1", "r2"], "facts": {"origin": "edited"}},),
    ),
    Example(
        name="the refund of the wrong order is taken back for that of the right one",
        events=(*_shown(1, 0), _taken_back(1, 4), *_shown(2, 1)),
        fires=({"severity": "low", "refund_ids": ["r1", "r2"]},),
    ),
    Example(
        name="taken back for another one in another shop",
        events=(*_shown(1, 0), _taken_back(1, 4), *_shown(2, 1, shop_id="s2")),
        fires=({"severity": "high"},),
    ),
    Example(
        name="taken back once the other one had been asked for",
        events=(*_shown(1, 0), _taken_back(1, 5), *_shown(2, 1)),
        fires=({"severity": "high"},),
    ),
    Example(
        name="taken back for another one two days later",
        events=(*_shown(1, 0), _taken_back(1, 4), *_shown(2, 2)),
        fires=({"severity": "high"},),
    ),
    *ONE_BOX,
)  # fmt: skip
