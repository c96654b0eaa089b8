"""Replay: bad lines, moving time on, order and repeats."""

import os
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from cloudtag.contract.records import NO_OFFSET, Alert, DeadLetter, TagStatus
from cloudtag.detection.example import day, ordered, refunded, scanned
from cloudtag.replay.driver import replay
from tests.engine.standing import of_type

RETURN = [
    ordered("placed", day(0)),
    refunded("opened", day(5), type="return_refund", reason="no_reason"),
    refunded("waybill_filled", day(6), type="return_refund", waybill_no="RET1"),
]
_NAMED = {"platform": "taobao"}
DAY_9_MS = 1_772_409_600_000 + 9 * 86_400_000


def lines(events: Iterable[dict[str, Any]]) -> list[bytes]:
    return [msgspec.json.encode(e) for e in events]


def test_time_alone_opens_and_a_scan_withdraws() -> None:
    records = [r for _, r in replay(lines([*RETURN, scanned("RET1", "accepted", day(10))]))]
    alerts = of_type(records, Alert)
    assert len(alerts) == len(records)
    assert [(a.detector, a.revision, a.status) for a in alerts] == [
        ("no_circulation", 0, "open"),
        ("no_circulation", 1, "withdrawn"),
    ]


def test_until_moves_time_on_to_the_very_millisecond() -> None:
    assert list(replay(lines(RETURN), DAY_9_MS - 1)) == []
    (alert,) = (record for _, record in replay(lines(RETURN), DAY_9_MS))
    assert isinstance(alert, Alert)
    assert (alert.detector, alert.decided_at) == ("no_circulation", DAY_9_MS)


def test_order_and_repeats_of_lines_do_not_matter() -> None:
    events = [*RETURN, scanned("RET1", "accepted", day(10))]
    assert list(replay(lines(events))) == list(replay(lines([*reversed(events), *events])))


def test_what_comes_after_an_erasure_is_refused_once_and_kept_nowhere() -> None:
    buyer_id = RETURN[0]["buyer_id"]
    erasure = {**_NAMED, "stream": "erasures", "event_id": "e", "occurred_at": day(7), "buyer_id": buyer_id}
    at_once = {**RETURN[0], "event_id": "at once", "occurred_at": day(7)}
    before = {**RETURN[0], "event_id": "before", "occurred_at": day(7, 0, -1)}
    namesake = {**at_once, "event_id": "namesake", "platform": "jd"}
    for told in ([*RETURN, erasure, at_once, at_once, before, namesake], [namesake, at_once, before, erasure, *RETURN]):
        (letter,) = of_type((record for _, record in replay(lines(told))), DeadLetter)
        assert (letter.reason, letter.topic, letter.offset, letter.value, letter.key) == (
            "erased", "orders", NO_OFFSET, None, None,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{not json", "not_json"),
        (b'{"stream": "orders"}', "invalid_value"),
        (b'{"stream": "nowhere", "event_id": "e"}', "unknown_stream"),
        (b'{"stream": "alerts", "alert_id": "a"}', "invalid_value"),
        (msgspec.json.encode({**RETURN[0], "occurred_at": "9999-01-01T00:00:00Z"}), "invalid_value"),
        (msgspec.json.encode({**RETURN[0], "lines": [{"sku_id": "a", "quantity": "two"}]}), "invalid_value"),
    ],
)
def test_a_bad_line_becomes_a_dead_letter_and_stops_nothing(line: bytes, reason: str) -> None:
    records = list(replay([line, *lines(RETURN)], DAY_9_MS))
    assert [stream for stream, _ in records] == ["dead-letters", "alerts"]
    letter = records[0][1]
    assert isinstance(letter, DeadLetter)
    assert (letter.reason, letter.offset, letter.value) == (reason, 0, line)


def test_what_is_printed_does_not_depend_on_how_python_hashes() -> None:
    # Twenty buyers at one address: what is told to all of them is told in one order.
    command = [sys.executable, "-m", "cloudtag.cli", "stories", "locker_cold_start"]
    printed = [
        subprocess.run(command, env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True).stdout
        for seed in ("1", "2", "3")
    ]
    assert b"account_ring" in printed[0]
    assert printed[0] == printed[1] == printed[2]


def test_a_tag_of_21_orders_is_rejected_whole() -> None:
    passed = {"stream": "accounts", "event_id": "a", "occurred_at": day(0), "platform": "jd", "shop_id": "s1"}
    tag = {
        "stream": "tags",
        "event_id": "t",
        "occurred_at": day(1),
        "platform": "jd",
        "shop_id": "s1",
        "account_id": "main",
        "submission_id": "sub",
        "scenarios": ["worn_return"],
        "orders": [{"order_id": f"o{n}", "buyer_id": "b1"} for n in range(21)],
    }
    events: list[dict[str, Any]] = [{**passed, "account_id": "main", "status": "exam_passed"}, tag]
    records = of_type((record for _, record in replay(lines(events))), TagStatus)
    assert len(records) == 21
    assert {(r.status, r.reason) for r in records} == {("rejected", "too_many_orders")}
