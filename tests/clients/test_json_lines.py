"""One table of mistakes, and what becomes of each by the three roads on which events come in.

`cloudtag produce` refuses it, `cloudtag replay` makes a dead letter of it, and a worker that finds it as Avro - written
by fastavro alone, as a client would that knows nothing but the schema - makes a dead letter of it, judges it as it is,
or never sees it because the schema cannot say it.
"""

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import fastavro
import pytest

from cloudtag import resources
from cloudtag.contract.records import DeadLetter
from tests.cli.conftest import Run
from tests.integration.installation import Installation
from tests.servers.brokers import tansu

GOOD: dict[str, Any] = {
    "stream": "refunds", "event_id": "e", "occurred_at": 1_772_409_600_000, "platform": "taobao", "refund_id": "r1",
    "order_id": "o1", "buyer_id": "b1", "shop_id": "s1", "status": "opened",
}  # fmt: skip
SCHEMA = json.loads((resources.schemas_dir() / "refunds.avsc").read_text(encoding="utf-8"))
NEVER_WRITTEN = "the schema cannot say it"
JUDGED = "judged as it is"


class Mistake(NamedTuple):
    """What is wrong with a record, the words that name it, and what a worker does with it (a reason, or one of two)."""

    changes: dict[str, Any]
    leaves_out: str
    said: str
    worker: str


def wrong(said: str, worker: str, leaves_out: str = "", **changes: Any) -> Mistake:
    return Mistake(changes, leaves_out, said, worker)


TABLE = {
    "a misspelt field": wrong("did you mean amount_minor?", NEVER_WRITTEN, ammount_minor=500),
    "a field of its own": wrong("unknown field `loyalty`", NEVER_WRITTEN, loyalty="gold"),
    "a misspelt field in a list": wrong(
        "lines[0]: Object contains unknown field `quantty`; did you mean quantity?", NEVER_WRITTEN,
        lines=[{"sku_id": "k", "quantity": 1, "quantty": 1}],
    ),
    "an unknown field in evidence": wrong(
        "evidence[0]: Object contains unknown field `url`", NEVER_WRITTEN, evidence=[{"sha256": "h", "url": "x"}],
    ),
    "no status": wrong("missing required field `status`: one of opened", JUDGED, leaves_out="status"),
    "no buyer": wrong("missing required field `buyer_id`", NEVER_WRITTEN, leaves_out="buyer_id"),
    "no event id": wrong("missing required field `event_id`", NEVER_WRITTEN, leaves_out="event_id"),
    "no time": wrong("missing required field `occurred_at`", NEVER_WRITTEN, leaves_out="occurred_at"),
    "an empty id": wrong("buyer_id: Expected `str` of length >= 1", "invalid_value", buyer_id=""),
    "a blank id": wrong("order_id: is blank", JUDGED, order_id=" "),
    "a null id": wrong("buyer_id: Expected `str`, got `null`", NEVER_WRITTEN, buyer_id=None),
    "a misspelt status": wrong("did you mean opened?", NEVER_WRITTEN, status="openned"),
    "a status of its own": wrong("it is one of opened, modified, agreed", NEVER_WRITTEN, status="lost"),
    "a misspelt reason": wrong("did you mean wrong_item?", NEVER_WRITTEN, reason="wrong item"),
    "a misspelt platform": wrong("did you mean taobao?", JUDGED, platform="Tabao"),
    "a platform in capitals": wrong("did you mean jd?", JUDGED, platform="JD"),
    "seconds": wrong("looks like seconds: multiply by 1000", "invalid_value", occurred_at=1_772_409_600),
    "microseconds": wrong("looks like microseconds: divide", "invalid_value", occurred_at=1_772_409_600_000_000),
    "seconds of a deadline": wrong("deadline_at: 1772409600 looks like", "invalid_value", deadline_at=1_772_409_600),
    "no time at all": wrong("occurred_at: Invalid RFC3339", NEVER_WRITTEN, occurred_at="yesterday"),
    "a negative number of pieces": wrong(
        "lines[0].quantity: Expected `int` >= 0", "invalid_value", lines=[{"sku_id": "k", "quantity": -1}],
    ),
    "money with a point": wrong("amount_minor: Expected `int", NEVER_WRITTEN, amount_minor=19.99),
}  # fmt: skip
STREAMS = {
    '{"stream": "refund"}': "there is no stream 'refund'; did you mean refunds?",
    '{"stream": "xyzzy"}': "there is no stream 'xyzzy'",
    '{"event_id": "e"}': "missing required field `stream`",
    '{"stream": "alerts"}': "missing required field",
    "half a line": "JSON is malformed",
    "[1]": "a line must be a JSON object",
}


def record(name: str) -> dict[str, Any]:
    mistake = TABLE[name]
    fields = {**GOOD, "event_id": name, **mistake.changes}
    return {key: value for key, value in fields.items() if key != mistake.leaves_out}


def lines() -> dict[str, str]:
    """What is said of each line, by line; each is wrong."""
    return {json.dumps(record(name)): mistake.said for name, mistake in TABLE.items()} | STREAMS


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "wrong.jsonl"
    path.write_text("\n".join([json.dumps(GOOD), *lines()]) + "\n")
    return path


def test_replay_makes_a_dead_letter_of_each_and_says_where_it_stands(run: Run, file: Path) -> None:
    done = run("replay", file)
    letters = [letter for letter in map(json.loads, done.lines) if letter["stream"] == "dead-letters"]
    assert done.code == 0
    assert [letter["offset"] for letter in letters] == list(range(1, len(lines()) + 1))
    for letter, said in zip(letters, lines().values(), strict=True):
        assert said in letter["error"]
    told = done.err.splitlines()
    kinds = Counter(letter["reason"] for letter in letters)
    assert told[0].startswith(f"{len(letters)} bad lines became dead letters: ")
    assert all(f"{count} {reason}" in told[0] for reason, count in kinds.items())
    assert f"  {file}:2: invalid_value: {letters[0]['error']}" in told


def test_produce_refuses_each_by_its_place_and_keeps_it(
    run: Run, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tansu() as broker:
        monkeypatch.setenv("KAFKA", broker)
        monkeypatch.setenv("CLOUDTAG_PARTITIONS", "2")
        assert run("topics", "create").code == 0
        done = run("produce", file, "--rejects", tmp_path / "rejects.jsonl")
    assert done.code == 1
    for number, said in enumerate(lines().values(), 2):
        (told,) = [line for line in done.err.splitlines() if line.startswith(f"{file}:{number} refused: ")]
        assert said in told
    assert f"1 events sent, {len(lines())} lines refused (" in done.err
    rejects = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert [(r["file"], r["line"], r["value"]) for r in rejects] == [
        (str(file), number, line) for number, line in enumerate(lines(), 2)
    ]
    assert all(reject["reason"] and reject["error"] for reject in rejects)


def test_produce_asks_what_happened_where_replay_takes_unknown(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_text(json.dumps({**GOOD, "status": "unknown"}))
    assert run("replay", tmp_path / "f").err == ""
    with tansu() as broker:
        monkeypatch.setenv("KAFKA", broker)
        assert run("topics", "create").code == 0
        done = run("produce", tmp_path / "f")
    assert done.code == 1
    assert f"{tmp_path / 'f'}:1 refused: invalid_value: status: is not said: one of opened" in done.err


def avro(fields: dict[str, Any]) -> bytes | None:
    """A record as fastavro writes it, told to be strict; none where it cannot."""
    out = io.BytesIO()
    body = {key: value for key, value in fields.items() if key != "stream"}
    try:
        fastavro.schemaless_writer(out, fastavro.parse_schema(SCHEMA), body, strict_allow_default=True)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
    name = fastavro.schema.fingerprint(fastavro.schema.to_parsing_canonical_form(SCHEMA), "CRC-64-AVRO")
    return b"\xc3\x01" + bytes.fromhex(name) + out.getvalue()


async def test_a_worker_does_with_avro_what_the_table_says(tmp_path: Path) -> None:
    values = {name: avro(record(name)) for name in TABLE}
    assert {name for name, value in values.items() if value is None} == {
        name for name, mistake in TABLE.items() if mistake.worker == NEVER_WRITTEN
    }
    with tansu() as broker:
        async with Installation(broker, tmp_path) as place:
            place.start("worker")
            await place.send_bytes("refunds", [value for value in values.values() if value is not None])
            await place.settled()
            letters = [letter for letter in place.watch.records if isinstance(letter, DeadLetter)]
    reasons = {letter.value: (letter.reason, letter.error) for letter in letters}
    for name, mistake in TABLE.items():
        if mistake.worker not in (NEVER_WRITTEN, JUDGED):
            reason, error = reasons.pop(values[name])
            assert (name, reason) == (name, mistake.worker)
            assert mistake.said in error
    assert reasons == {}
