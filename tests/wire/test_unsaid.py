"""A text that a released schema requires and that may be left unsaid: "" on the wire, null in the replay form."""

import copy
import io
import json
import shutil
from pathlib import Path
from typing import Any

import fastavro
import pytest

from cloudtag import resources, wire
from cloudtag.contract.events import AlertAnswered, ParcelScanned
from cloudtag.contract.streams import INPUTS, OUTPUTS
from cloudtag.wire.body import BodyReader
from cloudtag.wire.check import check
from cloudtag.wire.schemas import current, released_in
from cloudtag.wire.shape import shape_of

T0 = 1_772_413_200_000
SCAN = ParcelScanned("e1", T0, "jd", None, "W1", scan="collected")
VERDICT = AlertAnswered("e1", T0, "jd", "a1", "b1", None, None, "abnormal")
UNSAID = {"logistics": (SCAN, {"carrier"}), "verdicts": (VERDICT, {"shop_id", "account_id"})}
pytestmark = pytest.mark.usefixtures("both_ways")


def test_these_are_all_there_are() -> None:
    found = {s.name: set(shape_of(s.struct).unsaid) for s in (*INPUTS.values(), *OUTPUTS.values())}
    assert {name: fields for name, fields in found.items() if fields} == {n: f for n, (_, f) in UNSAID.items()}


@pytest.mark.parametrize("stream", UNSAID)
def test_what_is_not_said_is_none_again(stream: str) -> None:
    record, fields = UNSAID[stream]
    assert wire.decode(stream, wire.encode(stream, record)) == record
    line = wire.encode_json(stream, record)
    assert {line[name] for name in fields} == {None}
    left_out = {name: value for name, value in line.items() if name not in fields}
    assert wire.decode_json(line) == wire.decode_json(left_out) == (stream, record)


@pytest.mark.parametrize("stream", UNSAID)
def test_every_released_version_reads_it(stream: str) -> None:
    record, fields = UNSAID[stream]
    mine = [r for r in released_in(resources.schemas_dir()).values() if r.stream == stream]
    assert len(mine) > 1
    for released in mine:
        body = io.BytesIO(wire.encode(stream, record)[10:])
        read: Any = fastavro.schemaless_reader(body, current(stream).parsed, released.parsed)
        assert {read[name] for name in fields} == {""}


@pytest.mark.parametrize("stream", UNSAID)
@pytest.mark.parametrize("is_null", [True, False])
def test_a_producer_with_a_schema_of_its_own_may_write_null(stream: str, is_null: bool) -> None:
    record, fields = UNSAID[stream]
    schema = copy.deepcopy(current(stream).raw)
    values = {name: getattr(record, name) for name in record.__struct_fields__}
    for field in schema["fields"]:
        if field["name"] in fields:
            field.update(type=["null", "string"], default=None)
            values[field["name"]] = None if is_null else "said"
    body = io.BytesIO()
    fastavro.schemaless_writer(body, fastavro.parse_schema(schema), values)
    read = BodyReader(stream, schema).read(body.getvalue(), 0)
    assert {getattr(read, name) for name in fields} == {None if is_null else "said"}
    assert is_null is (read == record)


def test_a_schema_that_says_null_is_told_of(tmp_path: Path) -> None:
    place = Path(shutil.copytree(resources.schemas_dir(), tmp_path / "schemas"))
    schema = json.loads((place / "logistics.avsc").read_text())
    carrier = next(field for field in schema["fields"] if field["name"] == "carrier")
    carrier.update(type=["null", "string"], default=None)
    (place / "logistics.avsc").write_text(json.dumps(schema))
    assert any("logistics.avsc.carrier: required and nullable in the struct" in problem for problem in check(place))


def test_a_verdict_is_said_unless_it_takes_one_back() -> None:
    line = {
        "stream": "verdicts",
        "event_id": "e2",
        "occurred_at": T0,
        "platform": "jd",
        "alert_id": "a1",
        "buyer_id": "b1",
    }
    with pytest.raises(wire.Undecodable, match="missing required field `verdict`: one of normal, abnormal, ignore"):
        wire.decode_json(line)
    _, taken_back = wire.decode_json({**line, "withdraws": "e1"})
    assert wire.decode("verdicts", wire.encode("verdicts", taken_back)) == taken_back
    _, said = wire.decode_json({**line, "withdraws": "e1", "verdict": "normal"})
    assert said.verdict == "normal"  # type: ignore[attr-defined]
