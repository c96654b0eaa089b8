"""Whether the contracts hold: they parse, they are kept, they stay compatible, and they agree with the structs."""

import json
from collections.abc import Iterator
from pathlib import Path

import fastavro
from fastavro.schema import SchemaParseException, UnknownType

from cloudtag import resources
from cloudtag.wire.agreement import disagreements
from cloudtag.wire.body import struct_of
from cloudtag.wire.schemas import AVRO_STREAMS, Schema, fingerprint, read_schema, without_logical_types


def check(directory: Path | None = None) -> list[str]:
    """One line for every problem of the schemas in a directory, by default those cloudtag runs on; none is well.

    Needs Apache Avro (`avro`, part of the `dev` extra); raises ModuleNotFoundError without it.
    """
    place = directory or resources.schemas_dir()
    problems = list(_strays(place))
    for stream in AVRO_STREAMS:
        path = place / f"{stream}.avsc"
        schema, problem = _readable(path)
        if schema is None:
            problems.append(problem)
            continue
        problems += disagreements(schema, struct_of(stream), path.name)
        problems += _history(place / "history" / stream, path.name, schema)
    return problems


def _strays(place: Path) -> Iterator[str]:
    for path in sorted([*place.glob("*.avsc"), *(place / "history").glob("*/")]):
        if path.stem not in AVRO_STREAMS:
            yield f"{path.relative_to(place)}: no stream has this name"


def _readable(path: Path) -> tuple[Schema | None, str]:
    """The schema in a file, or why Apache Avro or fastavro cannot read it."""
    import avro.errors
    import avro.schema

    try:
        schema = read_schema(path)
        avro.schema.parse(json.dumps(schema))
        fastavro.parse_schema(schema, _force=True)
    except OSError as error:
        return None, f"{path.name}: cannot be read: {error.strerror}"
    except (ValueError, KeyError, avro.errors.AvroException, SchemaParseException, UnknownType) as error:
        return None, f"{path.name}: does not parse: {error}"
    return read_schema(path), ""


def _history(folder: Path, name: str, schema: Schema) -> Iterator[str]:
    """What is wrong between a schema and its released versions."""
    kept = folder / f"{fingerprint(schema).hex()}.avsc"
    if not kept.is_file():
        yield f"{name}: this version is not in the history; copy it to history/{folder.name}/{kept.name}"
    for path in sorted(folder.glob("*.avsc")):
        released, problem = _readable(path)
        label = f"history/{folder.name}/{path.name}"
        if released is None:
            yield f"history/{folder.name}/{problem}"
            continue
        if fingerprint(released).hex() != path.stem:
            yield f"{label}: its fingerprint is {fingerprint(released).hex()}, so the file was changed"
        if path == kept and without_logical_types(released) != without_logical_types(schema):
            yield f"{label}: {name} has other defaults under the same fingerprint"
        yield from (f"{name}: cannot read what {label} wrote: {why}" for why in incompatibilities(schema, released))
        yield from (f"{label}: cannot read what {name} writes: {why}" for why in incompatibilities(released, schema))


def incompatibilities(reader: Schema, writer: Schema) -> list[str]:
    """Why a reader of one schema could not read what a writer of another wrote; empty where it can."""
    import avro.schema
    from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

    ours, theirs = (avro.schema.parse(json.dumps(without_logical_types(s))) for s in (reader, writer))
    checker = ReaderWriterCompatibilityChecker()  # type: ignore[no-untyped-call]
    result = checker.get_compatibility(ours, theirs)
    if result.compatibility is SchemaCompatibilityType.compatible:
        return []
    return sorted(result.messages) or ["Apache Avro calls them incompatible"]
