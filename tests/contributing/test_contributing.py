"""What CONTRIBUTING says of a change is enough: it is made on a scratch copy, and its commands are satisfied."""

import re
import shlex
from pathlib import Path

import pytest

from tests.contributing.scratch import Scratch, Section, section

pytestmark = pytest.mark.long


def check(scratch: Scratch, told: Section) -> None:
    """The files touched are those listed, and nothing is missing any more."""
    assert len(told.paths) == told.files == len(scratch.touched)
    for listed in map(scratch.named, told.paths):
        # What is left in capitals is made up by whoever adds the thing.
        pattern = re.sub(r"\\?[A-Z]{4,}", "[^/]+", re.escape(listed))
        assert any(re.fullmatch(pattern, path) for path in scratch.touched), (listed, scratch.touched)
    for command in map(scratch.named, told.commands):
        done = scratch.run(command)
        assert done.returncode == 0, (command, done.stdout[-2000:], done.stderr[-2000:])


def test_adding_a_command(tmp_path: Path) -> None:
    scratch, told = Scratch(tmp_path, "cli_command"), section("Adding a command")
    missing = scratch.run(scratch.named(told.commands[0]))
    assert missing.returncode == 2, "a command that was not added yet is no command"
    scratch.apply()
    check(scratch, told)


def test_adding_a_detector(tmp_path: Path) -> None:
    scratch, told = Scratch(tmp_path, "detector"), section("Adding a detector")
    assert scratch.run(scratch.named(told.commands[0])).returncode == 2, "nobody knows it yet"
    scratch.apply()
    check(scratch, told)


def test_adding_a_field_to_an_input(tmp_path: Path) -> None:
    scratch, told = Scratch(tmp_path, "input_field"), section("Adding a field to an input")
    scratch.edit("src/cloudtag/contract/events.py")
    missing = scratch.run(told.commands[0])
    assert missing.returncode == 1
    assert "vehicle_id" in missing.stdout, "the struct has what the schema has not"
    scratch.apply()
    _keep_the_version(scratch, told)
    _write_the_bytes(scratch)
    check(scratch, told)


def test_adding_an_output_stream(tmp_path: Path) -> None:
    scratch, told = Scratch(tmp_path, "output_stream"), section("Adding an output stream")
    scratch.edit("src/cloudtag/contract/records.py")
    scratch.edit("src/cloudtag/contract/streams.py")
    missing = scratch.run(told.commands[0])
    assert missing.returncode == 1
    assert "chargeback-outcomes.avsc: cannot be read" in missing.stdout, "the stream has no schema yet"
    scratch.apply()
    _keep_the_version(scratch, told)
    _write_the_bytes(scratch)
    check(scratch, told)
    assert "| `chargeback-outcomes` | `ChargebackOutcome` | `buyer_id` |" in scratch.text("docs/record-flow.md")


def test_adding_a_row_kind(tmp_path: Path) -> None:
    scratch, told = Scratch(tmp_path, "row_kind"), section("Adding a row kind")
    scratch.add("src/cloudtag/processors/shops/rows/review.py")
    missing = scratch.run(told.commands[0])
    assert missing.returncode == 1
    assert "test_every_kind_has_a_module_of_its_name" in missing.stdout, "the module is no kind of the processor yet"
    scratch.apply()
    check(scratch, told)
    assert "| `review` | - | `violation` |" in scratch.text("docs/record-flow.md")


def _keep_the_version(scratch: Scratch, told: Section) -> None:
    """The copy in the history, under the name the check asks for."""
    stream, problems = scratch.names["STREAM"], scratch.run(told.commands[0]).stdout
    wanted = re.search(rf"history/{stream}/[0-9a-f]{{16}}\.avsc", problems.replace("\n", ""))
    assert wanted is not None, problems
    scratch.put(f"schemas/{wanted[0]}", scratch.text(f"schemas/{stream}.avsc"))


def _write_the_bytes(scratch: Scratch) -> None:
    """The example's bytes, as the copy's own code writes them."""
    example = scratch.named("schemas/examples/STREAM/NAME")
    code = f"from cloudtag.wire import *; print(encode(*decode_json(open('{example}.json', 'rb').read())).hex())"
    done = scratch.run(shlex.join(["python", "-c", code]))
    assert done.returncode == 0, done.stderr
    scratch.put(f"{example}.hex", done.stdout)
