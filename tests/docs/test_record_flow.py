"""The page of the flow of records tells of every stream and processor there is."""

import re

import pytest

from cloudtag.contract.depths import depths
from cloudtag.contract.streams import INTERNAL, OUTPUTS, READS
from cloudtag.docs.record_flow import record_flow_page
from cloudtag.policy.load import shipped
from cloudtag.processors import build

PAGE = record_flow_page()


def test_every_internal_stream_has_its_depth_and_its_arrows() -> None:
    for name, depth in depths().items():
        assert f"| {depth} | `{name}` | `{INTERNAL[name].struct.__name__}` | " in PAGE
        assert f'  {name}["{name}<br/>depth {depth}"]' in PAGE
    arrows = set(re.findall(r"^  ([\w-]+) --> ([\w-]+)$", PAGE, re.MULTILINE))
    drawn = {(source, name) for source, name in arrows if source != "inputs"}
    assert drawn == {
        (source, name) for name in INTERNAL for source in INTERNAL[name].derived_from if source in INTERNAL
    }
    assert all(depths()[source] < depths()[name] for source, name in drawn)
    assert {name for source, name in arrows if source == "inputs"} == {
        name for name, stream in INTERNAL.items() if not set(stream.derived_from) <= set(INTERNAL)
    }


def test_every_output_and_processor_has_its_line() -> None:
    for name, stream in OUTPUTS.items():
        assert f"| `{name}` | `{stream.struct.__name__}` | `{stream.key}` | " in PAGE
    assert all(f"\n| {name} | `" in PAGE for name in READS)


def test_the_longest_road_has_as_many_steps_as_the_depth() -> None:
    (road,) = re.findall(r"^The longest road is (.*)\.$", PAGE, re.MULTILINE)
    steps = [step.strip("` ") for step in road.split("→")]
    assert [depths()[step] for step in steps] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("name", READS)
def test_every_kind_of_row_says_what_it_holds_and_reads(name: str) -> None:
    part = PAGE.split(f"### Rows of {name}\n")[1].split("\n#")[0]
    lines = [line for line in part.splitlines() if line.startswith("| `")]
    for line, kind in zip(lines, build(name, shipped()).kinds.kinds, strict=True):
        told, held, read, *_ = (set(re.findall(r"`(\w+)\??`", cell)) for cell in line.strip("| ").split(" | "))
        assert told == {kind.name}
        assert held == {each.fact.__name__ for each in kind.holds}
        assert read == {each.kind for each in kind.reads}
