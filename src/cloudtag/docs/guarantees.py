"""The page of guarantees: what the last kept run of the fault suite found, from its raw results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

import msgspec

from cloudtag.docs.architecture import ROOT
from cloudtag.docs.guarantees_places import places

RESULTS = ROOT / "docs" / "guarantees.json"
"""What the runs have found, as they wrote it (`python -m tests.faults --keep`)."""
RANDOM_SEEDS = 40
"""Seeds below draw without an aim."""
COUNTED = ("lost", "extra", "wrong", "conflicts")
STOCK = {
    "worker kill": "kill",
    "worker stop": "stop",
    "worker freeze": "freeze",
    "worker refuse": "refuse",
    "worker cut": "cut",
    "broker restart": "broker restart",
}
"""Which fault of the stock app stands beside which of ours."""
NO_STOCK = {
    "worker full": "its table is in memory: it has no disk to fill",
    "worker clock": "it asks no clock for what it counts",
    "broker freeze": "not tried",
}
MEANINGS = {
    "worker kill": "a worker gets `kill -9` before or after one of its writes, and is started again",
    "worker stop": "a worker gets SIGTERM there, and is started again",
    "worker freeze": "a worker gets SIGSTOP there; another takes over and does its work; then it goes on",
    "worker refuse": "the broker refuses one write of a worker, or its answer is lost",
    "worker cut": "all TCP connections of a worker are cut at one of its writes",
    "worker clock": "the clock of a worker's process jumps by minutes or a day, either way",
    "worker full": "no file of a worker may grow (RocksDB), until it has told of it",
    "sink kill": "a sink gets `kill -9` before or after an insert or a commit, and is started again",
    "sink stop": "a sink gets SIGTERM there, and is started again",
    "sink freeze": "a sink gets SIGSTOP there; another takes over; then it goes on",
    "sink refuse": "the warehouse refuses an insert or its answer is lost, or a commit is refused",
    "sink cut": "all TCP connections of a sink are cut there",
    "sink clock": "the clock of a sink's process jumps",
    "broker freeze": "the broker gets SIGSTOP for 2 or 8 seconds",
    "broker restart": "Apache Kafka gets `kill -9` under load, and is started again on what it kept",
    "warehouse freeze": "the warehouse gets SIGSTOP for 2 or 8 seconds",
    "warehouse restart": "the warehouse gets `kill -9`, and is started again on what it kept",
}
"""Each fault, victim and kind, in words."""


def guarantees_page() -> str:
    """`docs/guarantees.md`."""
    found = msgspec.json.decode(RESULTS.read_bytes())
    tried = (*_head(found["schedules"]), *_faults(found), *places(found["places"]), *_stock(found["stock"]))
    lines = (*tried, FENCE, *_taken_out(found))
    return "\n".join((*lines, ""))


def _head(schedules: Mapping[str, Any]) -> Iterator[str]:
    brokers = [text.split()[1] for text in schedules]
    aimed = sum(int(text.split()[0]) >= RANDOM_SEEDS for text in schedules)
    yield INTRODUCTION
    yield f"The kept run played {len(schedules) - aimed} of the {RANDOM_SEEDS} schedules that `make faults` plays, and"
    yield f"{aimed} that aim (below): {brokers.count('tansu')} on the embedded broker and {brokers.count('kafka')} on"
    yield "Apache Kafka. In them"
    yield f"{sum(len(one['struck']) for one in schedules.values())} faults struck. {_sentence(schedules)}"
    if older := sum("under_way" not in one for one in schedules.values()):
        yield f"Of {older} of these schedules it is not known how much was in flight: they were played before that was"
        yield "measured, and count for nothing below, place by place."


def _sentence(schedules: Mapping[str, Any]) -> str:
    bad = [text for text, one in schedules.items() if one["failure"] or any(one["counts"].values())]
    if not bad:
        return "In none of them was anything lost, extra, wrong or conflicting."
    return "Not clean: " + "; ".join(f"`{text}`" for text in bad)


def _faults(found: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## Fault by fault", "", BY_FAULT, "")
    heads = ("fault", "tries", *COUNTED, "seconds to recover, median (longest)", "stock faust-streaming")
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    rounds = list(_rounds(found["schedules"]))
    for name, meaning in MEANINGS.items():
        hit = [(one, seconds) for struck, one, seconds in rounds if name in struck]
        if not hit:
            yield f"| {meaning} | 0 | | | | | | |"
            continue
        tries = sum(struck.count(name) for struck, _, _ in rounds)
        schedules = {id(one): one for one, _ in hit}.values()
        counts = [str(sum(one["counts"][each] for one in schedules)) for each in COUNTED]
        times = [seconds for _, seconds in hit]
        cells = [meaning, str(tries), *counts, f"{median(times):.0f} ({max(times):.0f})", _beside(name, found["stock"])]
        yield f"| {' | '.join(cells)} |"


def _rounds(schedules: Mapping[str, Any]) -> Iterator[tuple[list[str], Any, float]]:
    """Of each round of each schedule what has struck, as victim and kind, the whole result, and the seconds."""
    for one in schedules.values():
        for number, seconds in enumerate(one["seconds"], 1):
            words = [text.split() for text in one["struck"]]
            yield [f"{victim} {kind}" for at, victim, kind, *_ in words if int(at) == number], one, seconds


def _beside(name: str, stock: Mapping[str, Any]) -> str:
    if name in NO_STOCK:
        return NO_STOCK[name]
    if name not in STOCK:
        return "it has no sink"
    if (one := stock.get(STOCK[name])) is None:
        return "not tried"
    counts = f"lost {one['lost']}, extra {one['extra']}, wrong {one['wrong']} buyers"
    return f"{counts}, stuck" if one["is_stuck"] else counts


def _stock(stock: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## Stock faust-streaming", "", BESIDE, "")
    yield "| fault | tries | orders | lost | extra | buyers whose count is wrong | came to an end |"
    yield "|---|---|---|---|---|---|---|"
    for name, one in stock.items():
        counts = [str(one[each]) for each in ("tries", "orders", "lost", "extra", "wrong")]
        yield f"| {name} | {' | '.join(counts)} | {'no' if one['is_stuck'] else 'yes'} |"


def _taken_out(found: Mapping[str, Any]) -> Iterator[str]:
    yield from ("", "## With a fix taken out", "", TAKEN_OUT, "")
    yield "| the fix | instead | schedule | what was found |"
    yield "|---|---|---|---|"
    for one in found["taken_out"].values():
        counts = ", ".join(f"{name} {one['counts'][name]}" for name in COUNTED if one["counts"][name])
        last = one["failure"].strip().splitlines()[-1:] or [""]
        saw = counts or (f"it never came to an end: {last[0][:160]}" if one["failure"] else "nothing")
        yield f"| {one['what']} | {one['instead']} | `{one['schedule']}` | {saw} |"


INTRODUCTION = """\
# What may never break, and what was tried

Made by `make docs` from [guarantees.json](guarantees.json), the raw results of the last kept run of the fault
suite. What happens in each single case, and what to do then, is in [failure modes](failure-modes.md).

**The promise:** every accepted event counts exactly once in the outcome, every rejected one is in the
dead letters, and nothing else happens, whatever dies on the way. The road there is delivery at least once, states
that are sets of facts, ids that follow from the facts, and a sink that stores a block once.

**How it is tried.** A *schedule* is drawn by a seed: two rounds, in each of which a part of a simulated week is
sent while up to two faults strike the worker, up to two the sink, and one the broker or the warehouse, several
at once. Processes are struck at a named write, before it or after it (the worker's changelog, its outputs, what
its processors tell each other; the sink's inserts and commits), and started again as an orchestrator would. In
the end time is moved on, all is let run out, and everything is compared with replay of the same events:

- *lost*: a record that replay holds and the topics do not, or that the topics hold and a table does not;
- *extra*: the other way round; a dead letter that replay does not write; a row that was inserted twice;
- *wrong*: the same id with another content;
- *conflicts*: one id and revision with two contents.

Topics are alerts, tags, confirmations, consequences, labels and dead letters; tables are the histories of
these, the inputs, and the roll-ups `daily_scenarios` and `buyer_profiles`. Whether a row was inserted twice is
counted by a table that forgives nothing, whatever the sink's clock was made to show. Where a worker's clock jumps on
the embedded broker, whose records have their producers' times, only that none is missing: the end of a log whose times
step back may be stored in two blocks that are cut differently, and tables and roll-ups stay right by their keys.

`python -m tests.faults --seeds 0 40 --keep FILE` plays the schedules of seeds; `--schedule "…"` plays one that
is given in words, as it is printed; with `--shrink` a failing one is played with fewer and fewer faults, and
the least that still fails is printed. `make faults` plays 40 seeds, and two are part of `make test`.
"""
BY_FAULT = """\
A try is a fault that came to strike. Since faults strike together, the counts of a row are those of all
schedules in which its fault struck. The seconds are those from the last fault of a round until everything that
was sent was judged, stored and committed: they hold the group's session timeout (6 s here), the start of a
process, and the judging of what had piled up, and the kept run was made on two cores that other work was using."""
BESIDE = """\
The same faults, but one kind at a time, twice each, on an app as Faust's documentation shows it: an agent, an
event at a time, and a table in memory (`benchmarks/rungs/naive.py`), on Apache Kafka. It counts the orders of
each buyer; each order is sent once. In the end the changelog of its table is compared with the truth. `lost`
and `extra` are orders. An app that ended was started again; one that committed nothing for a minute while
records were waiting did not come to an end. It is struck before a write to its changelog.
`python -m tests.faults.stock --keep FILE` plays them."""
FENCE = """
## How the fence works

A worker that freezes is replaced, and does not know it when it goes on. Nothing of what it writes then may count.

1. Whoever takes a partition over appends an *owner record* to its changelog first. The offset of that record is
   its *epoch*: it rises without anybody agreeing on a number. Everything it writes from then on carries its
   epoch.
   Before it comes a *bid*, and between the two the group is asked whether the partition is still this worker's. One
   that slept in between finds a successor's owner record behind its bid: its own does not count, and it gives way.
2. A reader passes over what has an older epoch than the newest owner record before it.
3. A writer is told by the broker at which offsets its write landed. Where they do not follow the last offset it
   knows, it reads the gap first: a newer owner record there means that it has been replaced, and it ends before
   it publishes anything.
4. An idle owner looks behind its last write once a second, and writes over what a replaced one has left, long
   before compaction may choose between the two.

Why nothing is lost, doubled or wrong then: a write that lands after the successor's owner record is not read,
and its input was not acknowledged, so the successor judges it. A write that landed before was read by the
successor, which also publishes what is not known to be sent; should the sleeper publish the same, it says the
same under the same ids and revisions, because both follow from the same facts by the same function. The whole
sketch, with compaction and with steps that fail, is in the
[decision on state format 2](decisions/010-state-format-2.md); every interleaving of two owners is tried on the
real core of the protocol in `tests/changelog/test_model.py`, and every await of a step in
`tests/streams/test_every_await.py`, every await of a takeover in `tests/streams/test_takeover_awaits.py`. Every
await of the sink is tried in `tests/streams/sink/test_every_await.py`."""
TAKEN_OUT = """\
Each of these fixes was taken out of the running processes, and a schedule was played that needs it
(`python -m tests.faults --without …`, part of `make faults`). What was seen:"""
