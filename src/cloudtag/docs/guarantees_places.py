"""The part of the page of guarantees about places: how often each was struck in each way while work was in flight."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

WAYS = ("kill", "stop", "freeze", "refuse")
WANTED = 3
"""So often each is to be struck."""
IN_FLIGHT = """\
A strike shows little where nothing was going on. Each process says at the strike how many records it has taken and
not yet let go of: a worker what it was handed and did not acknowledge, a sink what it has read and not stored, or
stored and not committed. Below is how often each place was struck while that was more than none. A place is a
write, before it or after it, or an await between the fetch of an event and its commit, told as *function* > *what
is awaited*; an await refuses nothing. After a strike that ends a process its heir is struck.
Schedules that aim at what was struck least are drawn, each by its seed, from what the results before it have left:
`python -m tests.faults --aim --keep FILE`, part of `make guarantees`."""


def places(found: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    """The table, and what is not in it; `found`: hits and tries of each place and way, as they are kept."""
    yield from ("", "## Place by place, with work in flight", "", IN_FLIGHT, "")
    yield f"| process | place | {' | '.join(WAYS)} |"
    yield "|---" * (len(WAYS) + 2) + "|"
    rows = dict.fromkeys((_victim(text), _where(text)) for text in found)
    for victim, where in rows:
        cells = [found.get(f"{victim} {way} {where}") for way in WAYS]
        counts = ["–" if cell is None else str(cell["hits"]) for cell in cells]
        yield f"| {victim} | {_shown(where)} | {' | '.join(counts)} |"
    yield from ("", _sentence(found))


def _victim(text: str) -> str:
    return text.split()[0]


def _where(text: str) -> str:
    return " ".join(text.split()[2:])


def _shown(where: str) -> str:
    moment, point = where.split()
    return f"`{point.replace('>', ' > ')}`" if moment == "at" else f"{moment} {point}"


def _sentence(found: Mapping[str, Mapping[str, int]]) -> str:
    rare = [f"`{text}` ({one['hits']} of {one['tries']} tries)" for text, one in found.items() if one["hits"] < WANTED]
    hits = sum(one["hits"] for one in found.values())
    if not rare:
        return f"All {len(found)} were struck at least {WANTED} times, {hits} times together."
    return f"Of {len(found)}, these were struck less than {WANTED} times: {', '.join(rare)}."
