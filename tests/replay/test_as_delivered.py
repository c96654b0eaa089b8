"""Replay in the order of delivery: late and repeated lines, and those that come too late or are refused."""

import msgspec
import pytest

from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.replay.as_delivered import replay_as_delivered
from cloudtag.replay.driver import replay
from tests.engine.standing import standing

HOUR_MS = 3_600_000
RETURN = [
    ordered("placed", day(0)),
    refunded("opened", day(5), type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
]
SCAN = scanned("RET1", "accepted", day(7))
LATER = ordered("placed", day(12), order_id="another", buyer_id="another")
ERASURE = {"stream": "erasures", "event_id": "e", "occurred_at": day(20), "platform": "taobao", "buyer_id": "b1"}


def delivered(*events: dict[str, object], lateness_ms: int = HOUR_MS) -> list[tuple[str, object]]:
    return list(replay_as_delivered([msgspec.json.encode(e) for e in events], lateness_ms))


def test_a_late_scan_withdraws_what_its_lateness_opened() -> None:
    alerts = [record for stream, record in delivered(*RETURN, LATER, SCAN) if stream == "alerts"]
    assert [(a.detector, a.revision, a.status) for a in alerts] == [
        ("no_circulation", 0, "open"),
        ("no_circulation", 1, "withdrawn"),
    ]
    assert delivered(*RETURN, SCAN, LATER) == []


def test_one_that_is_waited_for_is_not_late() -> None:
    assert delivered(*RETURN, LATER, SCAN, lateness_ms=6 * 24 * HOUR_MS) == []


def test_the_end_of_the_lines_is_the_end_of_waiting() -> None:
    (record,) = delivered(*RETURN, LATER, lateness_ms=100 * 24 * HOUR_MS)
    assert record[1].detector == "no_circulation"


@pytest.mark.parametrize(("days", "is_held"), [(240, True), (241, False)])
def test_what_comes_too_late_to_be_held_is_a_letter(days: int, is_held: bool) -> None:
    newest = ordered("placed", day(days), order_id="another", buyer_id="another")
    letters = [r for stream, r in delivered(newest, RETURN[0], lateness_ms=0) if stream == "dead-letters"]
    assert [(x.reason, x.offset, x.topic) for x in letters] == ([] if is_held else [("too_late", 1, "orders")])


def test_a_line_that_cannot_be_read_is_a_letter_in_its_place() -> None:
    records = list(replay_as_delivered([b"{", *(msgspec.json.encode(e) for e in (*RETURN, LATER))], 0))
    assert [stream for stream, _ in records] == ["dead-letters", "alerts"]


def test_what_comes_after_an_erasure_is_refused_and_kept_nowhere() -> None:
    buyer_id = RETURN[0]["buyer_id"]
    again = {**RETURN[0], "event_id": "again"}
    records = delivered(*RETURN, {**ERASURE, "buyer_id": buyer_id}, again)
    (letter,) = [record for stream, record in records if stream == "dead-letters"]
    assert (letter.reason, letter.offset, letter.value, letter.key) == ("erased", 4, None, None)


def test_what_stands_is_what_a_plain_replay_says() -> None:
    lines = [msgspec.json.encode(e) for e in (LATER, *reversed(RETURN), SCAN)]
    assert standing(r for _, r in replay_as_delivered(lines, 0)) == standing(r for _, r in replay(lines))
