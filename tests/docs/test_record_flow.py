"""The page of the flow of records tells of every stream and processor there is."""

import re

from cloudtag.contract.depths import depths
from cloudtag.contract.streams import INTERNAL, OUTPUTS, READS
from cloudtag.docs.record_flow import record_flow_page

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
    assert [depths()[step] for step in steps] == [1, 2, 3, 4]
