"""The examples beside the schemas: good ones keep their bytes for ever, bad ones are refused as they say."""

import io
import json
from pathlib import Path

import fastavro
import pytest

from cloudtag import resources, wire
from cloudtag.wire.schemas import AVRO_STREAMS, released_in
from tests.ways import write

EXAMPLES = resources.schemas_dir() / "examples"
FILES = sorted(EXAMPLES.glob("*/*.json"))
GOOD = [path for path in FILES if not path.name.startswith("bad-")]
BAD = [path for path in FILES if path.name.startswith("bad-")]
pytestmark = pytest.mark.usefixtures("both_ways")


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def test_every_stream_has_good_and_bad_examples() -> None:
    assert {path.parent.name for path in GOOD} == set(AVRO_STREAMS)
    assert {path.parent.name for path in BAD} == set(AVRO_STREAMS)


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_a_good_example_keeps_its_bytes(path: Path) -> None:
    stream, record = wire.decode_json(path.read_bytes())
    data = bytes.fromhex(path.with_suffix(".hex").read_text())
    assert stream == path.parent.name
    assert wire.decode(stream, data) == record
    # A new version of the schema writes other bytes; those of every version before are read all the same.
    if data[2:10] == write(stream, record)[2:10]:
        assert write(stream, record) == data


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_anyones_avro_reads_a_good_example(path: Path) -> None:
    data = bytes.fromhex(path.with_suffix(".hex").read_text())
    known = released_in(resources.schemas_dir())[data[2:10]]
    read = fastavro.schemaless_reader(io.BytesIO(data[10:]), known.parsed)
    assert isinstance(read, dict)
    assert list(read) == [field["name"] for field in known.raw["fields"]]


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_a_good_example_goes_out_as_it_came_in(path: Path) -> None:
    stream, record = wire.decode_json(path.read_bytes())
    assert wire.decode_json(wire.encode_json(stream, record)) == (stream, record)


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_a_bad_example_is_refused_as_it_says(path: Path) -> None:
    example = json.loads(path.read_text())
    with pytest.raises(wire.Undecodable) as refusal:
        wire.decode_json(example["record"])
    assert (refusal.value.reason, refusal.value.error) == (example["reason"], example["error"])
