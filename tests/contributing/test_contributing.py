"""What CONTRIBUTING says of a change is enough: it is made on a scratch copy, and its commands are satisfied."""

import re
import shlex
from pathlib import Path

from tests.contributing.scratch import Scratch, Section, section


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


def _keep_the_version(scratch: Scratch, told: Section) -> None:
    """The copy in the history, under the name the check asks for."""
    problems = scratch.run(told.commands[0]).stdout
    wanted = re.search(r"history/logistics/[0-9a-f]{16}\.avsc", problems.replace("\n", ""))
    assert wanted is not None, problems
    scratch.put(f"schemas/{wanted[0]}", (scratch.root / "schemas/logistics.avsc").read_text(encoding="utf-8"))


def _write_the_bytes(scratch: Scratch) -> None:
    """The example's bytes, as the copy's own code writes them."""
    example = "schemas/examples/logistics/in-a-van"
    code = f"from cloudtag.wire import *; print(encode(*decode_json(open('{example}.json', 'rb').read())).hex())"
    done = scratch.run(shlex.join(["python", "-c", code]))
    assert done.returncode == 0, done.stderr
    scratch.put(f"{example}.hex", done.stdout)
