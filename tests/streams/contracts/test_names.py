"""What the transport leans on inside of Faust, mode and aiokafka: private names, assumptions, digests of their source.

A digest that no longer fits means: read the new source, see whether the assumption beside it in `names.jsonl` still
holds, run the fault suite, and only then write the new digest down.
"""

import hashlib
import importlib
import importlib.metadata
import inspect
import json
from pathlib import Path
from typing import Any

import pytest

import streams.kafka.frames
import streams.kafka.group_leader
import streams.kafka.packed_batch
import streams.kafka.session_fetcher
import streams.kafka.whole_batches
import streams.transport.assignor
import streams.transport.consumer
import streams.transport.driver
import streams.transport.stream
import streams.transport.thread

VERSIONS = {"faust-streaming": "0.15.3", "mode-streaming": "0.7.1", "aiokafka": "0.14.0"}
"""The only versions these assumptions were checked with."""
NAMES = [json.loads(line) for line in (Path(__file__).parent / "names.jsonl").read_text().splitlines()]
OURS = (
    streams.transport.assignor.ProtocolAssignor,
    streams.transport.consumer.BatchConsumer,
    streams.transport.thread.BatchConsumerThread,
    streams.transport.driver.BatchProducer,
    streams.transport.stream.BatchStream,
    streams.transport.stream.BatchSchema,
    streams.kafka.frames.FramedProtocol,
    streams.kafka.group_leader.LedCoordinator,
    streams.kafka.packed_batch.PackedBatch,
    streams.kafka.session_fetcher.SessionFetcher,
    streams.kafka.session_fetcher.SessionRequest,
    streams.kafka.whole_batches.RecordsOrBatches,
)
FOREIGN = ("faust", "mode", "aiokafka")


def source_of(module: str, name: str) -> str:
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = inspect.getattr_static(found, part)
        while isinstance(found, type) and found.__module__.startswith("streams."):
            # Where ours was put in the place of theirs, by something that ran in this process before.
            found = found.__bases__[0]
    for wrapper in ("fget", "fun", "__func__"):
        found = getattr(found, wrapper, None) or found
    return inspect.getsource(found)


@pytest.mark.parametrize("package", VERSIONS)
def test_the_versions_are_the_ones_that_were_read(package: str) -> None:
    assert importlib.metadata.version(package) == VERSIONS[package]


@pytest.mark.parametrize("entry", NAMES, ids=lambda entry: entry["name"])
def test_the_source_is_the_one_that_was_read(entry: dict[str, str]) -> None:
    digest = hashlib.sha256(source_of(entry["module"], entry["name"]).encode()).hexdigest()[:32]
    assert digest == entry["digest"], f"{entry['module']}.{entry['name']} has changed. Assumed: {entry['assumption']}"


@pytest.mark.parametrize("ours", OURS, ids=lambda ours: ours.__name__)
def test_every_override_is_written_down_and_still_overrides_something(ours: type) -> None:
    known = {entry["name"].rsplit(".", 1)[-1] for entry in NAMES}
    for name, value in vars(ours).items():
        theirs = [base for base in ours.__mro__[1:] if base.__module__.startswith(FOREIGN) and name in vars(base)]
        if theirs and inspect.isfunction(value) and not name.startswith("__"):
            assert name in known | {"loads_key", "loads_value", "verify_event_path"}, f"{ours.__name__}.{name}"
            _same_parameters(name, value, vars(theirs[0])[name])


def _same_parameters(name: str, ours: Any, theirs: Any) -> None:
    """Ours must take what Faust passes: the same names, unless it takes anything."""
    theirs = getattr(theirs, "fun", theirs)
    mine, stock = (inspect.signature(function).parameters for function in (ours, theirs))
    if any(p.kind is p.VAR_KEYWORD for p in mine.values()):
        return
    assert list(mine) == list(stock), name
