"""The registry's frame, against a real registry: Apicurio's server through its Confluent-compatible interface."""

import io
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import fastavro
import pytest

from cloudtag import wire
from cloudtag.contract.events import BuyerContacted
from cloudtag.local.registry import RegistryServer, missing_programs
from cloudtag.wire.codec import Codec
from cloudtag.wire.registry import HttpRegistry, RegistryRefused, RegistryUnavailable
from cloudtag.wire.schemas import AVRO_STREAMS, Schema, current
from tests.servers.relay import Relay, relay

CONTACT = BuyerContacted("e1", 1_772_413_200_000, "jd", "o1", "b1", "s1", "phone", True)
SCRIPT = Path(__file__).parents[2] / "deploy" / "registry" / "registry"
CONTENT = {"Content-Type": "application/vnd.schemaregistry.v1+json"}


def started() -> RegistryServer:
    if missing := missing_programs():
        reason = f"the schema registry needs {' and '.join(missing)}"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return RegistryServer().start()


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """One registry for the module: use topic prefixes of your own."""
    server = started()
    yield server.url
    server.stop()


def registered(url: str, subject: str, schema: Schema, **more: Any) -> int:
    """Registers a schema as someone else would."""
    body = json.dumps({"schema": json.dumps(schema), **more}).encode()
    request = urllib.request.Request(f"{url}/subjects/{subject}/versions", body, CONTENT, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(json.load(answer)["id"])


def framed(schema_id: int, schema: Schema, record: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    fastavro.schemaless_writer(out, fastavro.parse_schema(schema), record)
    return b"\x00" + schema_id.to_bytes(4, "big") + out.getvalue()


def refusal_of(codec: Codec, data: bytes) -> wire.Undecodable:
    with pytest.raises(wire.Undecodable) as refusal:
        codec.decode("contacts", data)
    return refusal.value


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_what_one_process_frames_another_reads(url: str) -> None:
    data = Codec(HttpRegistry(url)).encode("contacts", CONTACT)
    assert data[0] == 0
    assert data[5:] == wire.encode("contacts", CONTACT)[10:]
    assert Codec(HttpRegistry(url)).decode("contacts", data) == CONTACT


def test_both_framings_are_read_with_a_registry(url: str) -> None:
    assert Codec(HttpRegistry(url)).decode("contacts", wire.encode("contacts", CONTACT)) == CONTACT


def test_subjects_carry_the_prefix_and_one_schema_has_one_id(url: str) -> None:
    first = HttpRegistry(url, topic_prefix="risk.").id_of("contacts")
    assert HttpRegistry(url, topic_prefix="risk.").id_of("contacts") == first
    assert registered(url, "risk.contacts-value", current("contacts").raw) == first


def test_every_stream_can_be_registered(url: str) -> None:
    registry = HttpRegistry(url, topic_prefix="all.")
    ids = {registry.id_of(stream): stream for stream in AVRO_STREAMS}
    assert len(ids) == len(AVRO_STREAMS)
    for schema_id, stream in ids.items():
        assert HttpRegistry(url).schema_of(schema_id) == current(stream).raw


def test_a_newer_schema_is_resolved_through_the_registry(url: str) -> None:
    schema = json.loads(json.dumps(current("contacts").raw))
    schema["fields"][6]["type"]["symbols"].append("pigeon")
    schema["fields"].insert(3, {"name": "tone", "type": ["null", "string"], "default": None})
    schema_id = registered(url, "newer.contacts-value", schema)
    record = {"event_id": "e1", "occurred_at": 1_772_413_200_000, "platform": "jd", "order_id": "o1"}
    record |= {"buyer_id": "b1", "shop_id": "s1", "channel": "pigeon", "answered": True, "tone": "kind"}
    read = Codec(HttpRegistry(url)).decode("contacts", framed(schema_id, schema, record))
    assert read == BuyerContacted("e1", 1_772_413_200_000, "jd", "o1", "b1", "s1", "unknown", True)


def test_the_registry_holds_the_promise_when_asked_to(url: str) -> None:
    registry = HttpRegistry(url, topic_prefix="kept.")
    registry.keep_compatible("contacts")
    registry.id_of("contacts")
    schema = json.loads(json.dumps(current("contacts").raw))
    schema["fields"].append({"name": "tone", "type": "string"})
    with pytest.raises(urllib.error.HTTPError) as refused:
        registered(url, "kept.contacts-value", schema)
    with refused.value as answer:
        assert answer.code == 409


def test_a_stream_taken_by_an_incompatible_schema_is_refused(url: str) -> None:
    registry = HttpRegistry(url, topic_prefix="taken.")
    registry.keep_compatible("contacts")
    registered(
        url, "taken.contacts-value", {**current("contacts").raw, "fields": current("contacts").raw["fields"][:3]}
    )
    with pytest.raises(RegistryRefused, match="409"):
        registry.id_of("contacts")


def test_records_of_other_streams_and_other_formats_are_refused(url: str) -> None:
    codec = Codec(HttpRegistry(url))
    other = HttpRegistry(url, topic_prefix="other.").id_of("refunds")
    assert refusal_of(codec, b"\x00" + other.to_bytes(4, "big")).reason == "wrong_stream"
    text = registered(url, "text-value", {"type": "string"})
    assert refusal_of(codec, b"\x00" + text.to_bytes(4, "big")).reason == "unknown_schema"
    alien = {**current("contacts").raw, "fields": [{"name": "event_id", "type": "boolean"}]}
    alien_id = registered(url, "alien-value", alien)
    assert refusal_of(codec, framed(alien_id, alien, {"event_id": True})).reason == "incompatible_schema"


def test_ids_are_asked_for_once_and_an_outage_is_no_ones_fault(url: str) -> None:
    port = urlsplit(url).port
    assert port
    with relay(port) as way:
        _outage(url.replace(f":{port}", f":{way.port}"), way)


def _outage(url: str, way: Relay) -> None:
    clock = Clock()
    registry = HttpRegistry(url, topic_prefix="outage.", clock=clock, unknown_s=60)
    codec = Codec(registry)
    data = codec.encode("contacts", CONTACT)
    unknown = b"\x00\x00\x0f\x42\x40"
    assert codec.decode("contacts", data) == CONTACT
    assert refusal_of(codec, unknown).reason == "unknown_schema"
    way.close()
    # What was learnt holds without the registry, for as long as it was learnt for.
    assert codec.decode("contacts", data) == CONTACT
    clock.now = 59.9
    assert refusal_of(codec, unknown).reason == "unknown_schema"
    clock.now = 60
    with pytest.raises(RegistryUnavailable):
        codec.decode("contacts", unknown)
    with pytest.raises(RegistryUnavailable, match="a moment ago"):
        codec.decode("contacts", b"\x00\x00\x0f\x42\x41")
    clock.now = 61.5
    with pytest.raises(RegistryUnavailable, match="refused"):
        codec.decode("contacts", unknown)


def test_something_else_at_that_address_is_told_apart(url: str) -> None:
    with pytest.raises(ValueError, match="starts with http"):
        HttpRegistry("kafka:9092")
    with pytest.raises(RegistryRefused):
        HttpRegistry(url.replace("/apis/ccompat/v7", "/")).id_of("contacts")


def test_the_script_runs_a_registry_until_it_is_ended(url: str) -> None:
    # The script of the checkout, under a Python that has nothing but its standard library.
    command = [sys.executable, "-S", str(SCRIPT)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as script:
        assert script.stdout is not None
        place = script.stdout.readline().strip()
        with urllib.request.urlopen(f"{place}/subjects", timeout=10) as answer:
            assert json.load(answer) == []
        script.terminate()
        assert script.wait(30) == 0
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{place}/subjects", timeout=10)


@pytest.mark.parametrize(
    "url", ["ftp://user:hunter2@registry", "http://user:hunter2@registry:1", "http://u:hunter2@127.0.0.1:1"]
)
def test_a_password_in_the_url_is_part_of_no_error(url: str) -> None:
    with pytest.raises((ValueError, RegistryUnavailable)) as caught:
        HttpRegistry(url).schema_of(7)
    assert "hunter2" not in str(caught.value)
    assert "***@" in str(caught.value)
