"""The Avro schemas of every stream, current and released, by fingerprint.

A fingerprint is CRC-64-AVRO over the schema's parsing canonical form, as the Avro specification says; here it is
the eight bytes that travel, little-endian.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fastavro.schema import fingerprint as fastavro_fingerprint
from fastavro.schema import parse_schema, to_parsing_canonical_form

from cloudtag import resources
from cloudtag.contract.streams import CONTRACTS

Schema = dict[str, Any]
"""An Avro record schema as JSON."""

AVRO_STREAMS = CONTRACTS
"""The streams that travel as Avro."""


@dataclass(frozen=True, slots=True)
class Released:
    """One version of a stream's schema."""

    stream: str
    fingerprint: bytes
    raw: Schema
    """As it stands in the file."""
    parsed: Any
    """Ready for fastavro, times as plain integers."""


def read_schema(path: Path) -> Schema:
    """The schema in a file. Raises ValueError when it is no JSON object."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict):
        raise ValueError(f"{path.name}: a schema must be a JSON object")
    return raw


def fingerprint(raw: Schema) -> bytes:
    """The eight bytes of a schema's CRC-64-AVRO fingerprint, little-endian."""
    return bytes.fromhex(fastavro_fingerprint(to_parsing_canonical_form(raw), "CRC-64-AVRO"))


def without_logical_types(raw: Any) -> Any:
    """The same schema with times as plain integers, and without texts nobody reads at run time."""
    if isinstance(raw, dict):
        return {
            key: value if key == "default" else without_logical_types(value)
            for key, value in raw.items()
            if key not in ("logicalType", "doc")
        }
    return [without_logical_types(item) for item in raw] if isinstance(raw, list) else raw


def lenient(raw: Any) -> Any:
    """The schema to read other versions with: a text that may be left unsaid ("") may be null as well."""
    if isinstance(raw, dict):
        if raw.get("type") == "string" and raw.get("default") == "":
            return {**raw, "type": ["null", "string"], "default": None}
        return {key: value if key == "default" else lenient(value) for key, value in raw.items()}
    return [lenient(item) for item in raw] if isinstance(raw, list) else raw


def release(stream: str, raw: Schema) -> Released:
    """A schema made ready to read and write with. Raises fastavro's SchemaParseException when it does not parse."""
    return Released(stream, fingerprint(raw), raw, parse_schema(without_logical_types(raw)))


@cache
def current(stream: str) -> Released:
    """The schema cloudtag writes and reads a stream with. Raises KeyError for a stream that is not Avro."""
    if stream not in AVRO_STREAMS:
        raise KeyError(stream)
    return release(stream, read_schema(resources.schemas_dir() / f"{stream}.avsc"))


@cache
def released_in(directory: Path) -> dict[bytes, Released]:
    """Every schema that may be met on the wire, by fingerprint: the current ones and all that were released before."""
    known = {}
    for stream in AVRO_STREAMS:
        history = sorted((directory / "history" / stream).glob("*.avsc"))
        for path in (*history, directory / f"{stream}.avsc"):
            released = release(stream, read_schema(path))
            known[released.fingerprint] = released
    return known
