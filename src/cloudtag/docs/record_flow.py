"""The page of the flow of records: which processor reads and writes what, and how deep internal records go."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cloudtag.contract.depths import depths
from cloudtag.contract.streams import INPUTS, INTERNAL, OUTPUTS, READS, WRITES, InternalStream
from cloudtag.policy.load import shipped
from cloudtag.processors import build

INTRODUCTION = """# The flow of records

Made by `make docs` from the declarations in `src/cloudtag/contract/streams.py` and in the modules of the kinds of rows.
Tests hold the code to them: every judgement is made again with fewer facts, which shows that a record follows from the
streams named here, from each of them, and from no other (`tests/engine/test_depths.py`).

Processors publish internal records for each other. The *depth* of one is how many judgements lie between it and the
input events; it follows only from records of smaller depth. So no chain of internal records comes back to itself, and
after an event the processors come to rest.
"""
ROWS = """A keyed state is made of rows; a kind of row is declared in `src/cloudtag/processors/PROCESSOR/rows/KIND.py`.
It holds facts, reads the facts of other rows, follows what is published about other rows, and tells records. A change
of a row that is read with a `?` matters only under a condition that the kind names. A row whose facts have left
retention stays as long as there is any of those it stays with; where a keyed state has very many rows, until its period
ends, a sixteenth of what the processor holds facts for."""


def record_flow_page() -> str:
    """`docs/record-flow.md`."""
    return INTRODUCTION + "\n".join((*_graph(), *_internal(), *_processors(), *_rows(), *_outputs(), ""))


def _graph() -> Iterator[str]:
    yield from ("", "```mermaid", "flowchart LR", "  inputs([input events])")
    yield from (f'  {name}["{name}<br/>depth {depth}"]' for name, depth in depths().items())
    for name, stream in INTERNAL.items():
        if not INPUTS.keys().isdisjoint(stream.derived_from):
            yield f"  inputs --> {name}"
        yield from (f"  {source} --> {name}" for source in stream.derived_from if source in INTERNAL)
    yield "```"


def _internal() -> Iterator[str]:
    deep = depths()
    longest = max(deep, key=lambda name: deep[name])
    yield from ("", "## Internal records", "", "| Depth | Stream | Record | Published by | Read by | Follows from |")
    yield "|---|---|---|---|---|---|"
    for name, depth in deep.items():
        stream = INTERNAL[name]
        told_by, told_to = _those(WRITES, name), _those(READS, name)
        follows = _code(stream.derived_from)
        yield f"| {depth} | `{name}` | `{stream.struct.__name__}` | {told_by} | {told_to} | {follows} |"
    yield from ("", f"The longest road is {' → '.join(f'`{each}`' for each in _road(longest, deep))}.")
    for stream in INTERNAL.values():
        for field, readers in stream.annotations.items():
            yield from ("", _annotation(stream, field, readers))


def _annotation(stream: InternalStream, field: str, readers: tuple[str, ...]) -> str:
    return (
        f"`{stream.struct.__name__}.{field}` follows from alerts, which follow from everything. It is an "
        f"annotation: read by {_code(readers)} alone, and no other internal record changes with it, but "
        "that a record which repeats another repeats it."
    )


def _processors() -> Iterator[str]:
    yield from ("", "## Processors", "", "| Processor | Reads | Writes |", "|---|---|---|")
    yield from (f"| {name} | {_code(READS[name])} | {_code(WRITES[name])} |" for name in READS)


def _rows() -> Iterator[str]:
    """What each processor's kinds of rows declare."""
    yield from ("", "## Kinds of rows", "", ROWS)
    for name in READS:
        yield from ("", f"### Rows of {name}", "", "| Kind | Holds | Reads | Follows | Tells | Stays with |")
        yield "|---|---|---|---|---|---|"
        for kind in build(name, shipped()).kinds.kinds:
            cells = (
                _named(held.fact for held in kind.holds),
                _code(reads.kind + ("?" if reads.when else "") for reads in kind.reads),
                _named(kind.follows),
                _named(kind.tells),
                "kept without end" if kind.is_kept else _code(kind.stays_with),
            )
            yield f"| `{kind.name}` | {' | '.join(cell or '-' for cell in cells)} |"


def _named(types: Iterable[type[object]]) -> str:
    return _code(dict.fromkeys(each.__name__ for each in types))


def _outputs() -> Iterator[str]:
    yield from ("", "## Outputs", "", "| Stream | Record | Key | Id | Taken back by | Written by |")
    yield "|---|---|---|---|---|---|"
    for name, stream in OUTPUTS.items():
        record_id, taken_back = (_code([word]) if word else "-" for word in (stream.id, stream.taken_back))
        written_by = _those(WRITES, name) or "worker"
        yield f"| `{name}` | `{stream.struct.__name__}` | `{stream.key}` | {record_id} | {taken_back} | {written_by} |"


def _road(name: str, deep: dict[str, int]) -> list[str]:
    """From the deepest record back over the deepest it follows from, first things first."""
    before = [source for source in INTERNAL[name].derived_from if source in INTERNAL]
    return [*(_road(max(before, key=lambda source: deep[source]), deep) if before else []), name]


def _those(edges: dict[str, tuple[str, ...]], stream: str) -> str:
    return ", ".join(name for name, streams in edges.items() if stream in streams)


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)
