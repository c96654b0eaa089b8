"""All peers on one broker and one input, up and down in turn, and what that amounts to."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from msgspec import Struct

from benchmarks.peers.broker import Topics
from benchmarks.peers.catalogue import Peer
from benchmarks.peers.installed import NotInstalledError
from benchmarks.peers.kinds import WINDOW, JobKind
from benchmarks.peers.records import Input, Shape
from benchmarks.peers.run import Ground, PeerError, PeerResult, run
from benchmarks.ratios import Ratio, bootstrap, order_of_pass
from cloudtag.local.kafka import Kafka

Say = Callable[[str], None]


@dataclass(frozen=True)
class Asked:
    """How much of what."""

    shape: Shape
    peers: Sequence[Peer]
    passes: int
    kind: JobKind = WINDOW
    budget_seconds: float = float("inf")
    """No pass is begun that would probably end after so long."""


class PeerSummary(Struct, frozen=True, kw_only=True):
    """All right runs of one peer."""

    peer: str
    rate: float
    """Median records per second."""
    cpu_us: float
    """Median CPU microseconds per record."""
    peak_rss_mb: float
    changelog_bytes: float
    """Per record, the median."""
    start_seconds: float
    rate_ratio: Ratio
    """Records per second as a share of the base's in the same pass."""
    cpu_ratio: Ratio
    """Records per CPU second likewise."""


class PeersFound(Struct, frozen=True, kw_only=True):
    """Everything that was measured of the job."""

    shape: dict[str, Any]
    input: str
    """A hash of the input's bytes."""
    expected: str
    """The hash of the alerts that follow."""
    passes: list[list[PeerResult]]
    left_out: dict[str, str]
    """Peers that did not run, and why."""
    summary: list[PeerSummary]


def measure(asked: Asked, say: Say) -> PeersFound:
    """Run what is asked for on a broker of its own."""
    shape = asked.shape
    say(f"{asked.kind.name}: making {shape.records:,} records")
    whole = asked.kind.make(shape)
    parts = {share: _part(asked, whole, share) for share in {peer.share for peer in asked.peers}}
    say(f"input {whole.digest}, alerts {whole.expected}")
    with tempfile.TemporaryDirectory(prefix="cloudtag-peers-") as directory, Kafka(directory) as kafka:
        topics = Topics(kafka.bootstrap, Path(directory) / "log")
        grounds = {}
        for share, given in parts.items():
            name = f"{asked.kind.topic}-{len(given.records)}"
            topics.create(name)
            topics.write(name, given.records)
            grounds[share] = Ground(
                topics, kafka.pid or 0, name, len(given.records), given.expected, asked.kind.compared
            )
        passes, left_out = _passes(asked, grounds, say)
    summary = summarize(passes, asked.peers)
    fields = {name: getattr(shape, name) for name in shape.__dataclass_fields__}
    return PeersFound(
        shape=fields, input=whole.digest, expected=whole.expected, passes=passes, left_out=left_out, summary=summary
    )


def _part(asked: Asked, whole: Input, share: float) -> Input:
    """The first part of the records, for a peer that is given less."""
    shape = asked.shape
    return whole if share == 1.0 else asked.kind.make(replace(shape, records=int(shape.records * share)))


def _passes(asked: Asked, grounds: dict[float, Ground], say: Say) -> tuple[list[list[PeerResult]], dict[str, str]]:
    passes: list[list[PeerResult]] = []
    left_out: dict[str, str] = {}
    by_name = {peer.name: peer for peer in asked.peers}
    begun = time.monotonic()
    for number in range(asked.passes):
        if number and (time.monotonic() - begun) * (number + 1) / number > asked.budget_seconds:
            say(f"pass {number + 1} would take longer than there is time for")
            break
        results = []
        for name in order_of_pass(list(by_name), number):
            if name in left_out:
                continue
            try:
                result = run(grounds[by_name[name].share], by_name[name])
            except (NotInstalledError, PeerError) as error:
                left_out[name] = str(error)
                say(f"{name} is left out: {error}")
                continue
            results.append(result)
            say(f"pass {number + 1}, {name}: {shown(result)}")
        passes.append(results)
    return passes, left_out


def shown(result: PeerResult) -> str:
    """A run in one line."""
    per_record = result.changelog_bytes / result.records
    text = f"{result.rate:,.0f}/s, {result.cpu_us:.1f} µs CPU, {result.peak_rss_mb:.0f} MiB, {per_record:.0f} B logged"
    return text if result.is_right else f"{text}; VOID: alerts {result.alerts}, expected {result.expected}"


def summarize(passes: Sequence[Sequence[PeerResult]], peers: Sequence[Peer]) -> list[PeerSummary]:
    """One line for each peer that was right in every pass in which it and the base ran."""
    base = next((peer.name for peer in peers if peer.is_base), peers[0].name)
    found = [{result.peer: result for result in results} for results in passes]
    lines = []
    for peer in peers:
        both = [(one[peer.name], one[base]) for one in found if peer.name in one and base in one]
        if not both or not all(own.is_right and other.is_right for own, other in both):
            continue
        owns = [own for own, _ in both]
        lines.append(
            PeerSummary(
                peer=peer.name,
                rate=median(own.rate for own in owns),
                cpu_us=median(own.cpu_us for own in owns),
                peak_rss_mb=max(own.peak_rss_mb for own in owns),
                changelog_bytes=median(own.changelog_bytes / own.records for own in owns),
                start_seconds=median(own.start_seconds for own in owns),
                rate_ratio=bootstrap([own.rate / other.rate for own, other in both]),
                cpu_ratio=bootstrap([other.cpu_us / own.cpu_us for own, other in both]),
            )
        )
    return lines
