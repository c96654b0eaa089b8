"""The server of the decision service: head and body of an answer leave together, and nothing written is lost."""

import asyncio
from typing import Any

import msgspec
import pytest

from cloudtag.cli.http.together import TogetherTransport
from cloudtag.contract.decision_records import DecisionGiven, DecisionGround, SupposedRevision
from cloudtag.contract.replay_form import object_of
from cloudtag.decide.replies import DecisionReply, decision_reply


class _Written:
    """What a transport would have sent, call by call."""

    def __init__(self) -> None:
        self.calls: list[bytes | str] = []

    def write(self, data: bytes) -> None:
        self.calls.append(data)

    def close(self) -> None:
        self.calls.append("closed")

    def is_closing(self) -> bool:
        return "closed" in self.calls


async def _turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_what_is_written_in_one_turn_leaves_together_and_in_order() -> None:
    inner: Any = _Written()
    transport = TogetherTransport(inner, asyncio.get_running_loop())
    transport.write(b"head ")
    transport.write(b"body")
    assert inner.calls == []
    await _turns(2)
    transport.write(b"next")
    await _turns(2)
    assert inner.calls == [b"head body", b"next"]


async def test_what_was_written_is_sent_before_it_is_closed() -> None:
    inner: Any = _Written()
    transport = TogetherTransport(inner, asyncio.get_running_loop())
    transport.write(b"last words")
    transport.close()
    await _turns(2)
    assert inner.calls == [b"last words", "closed"]
    assert transport.is_closing()


def _given(**fields: Any) -> DecisionGiven:
    plain = dict.fromkeys(
        ("decision_id", "request_id", "asked_by", "platform", "buyer_id", "shop_id", "order_id", "policy_version"), "x"
    )
    times = {"asked_at": 1_772_409_600_000, "as_of": 1_772_409_600_001, "valid_until": 1_772_409_661_000}
    return DecisionGiven(**{**plain, "about": "refund", "answer": "hold", "given_by": "view", **times, **fields})


@pytest.mark.parametrize(
    "given",
    [
        _given(),
        _given(because=(DecisionGround("alerts", "a-1", 3),), reasons=("why",), reasons_zh=("为何",), currency="CNY"),
        _given(supposed=(SupposedRevision("alerts", "a-1", 0),), is_judged=True, not_asked=("shop s1",), refund_id="r"),
    ],
    ids=["bare", "with grounds", "judged"],
)
def test_an_answer_is_said_as_the_replay_form_says_it(given: DecisionGiven) -> None:
    told = {**object_of(given), "recorded": "waiting", "can_be_reviewed": True}
    encoded = msgspec.json.encode(decision_reply(given, "waiting"))
    assert encoded == msgspec.json.encode(told)
    msgspec.json.decode(encoded, type=DecisionReply)
