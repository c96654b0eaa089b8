"""How much `make bench` measures, part by part, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.peers.catalogue import PATTERN_PEERS, PEERS, Peer
from benchmarks.peers.records import Shape
from benchmarks.pipeline.measure import PipelineAsked

PARTS = ("job", "hot", "pattern", "pipeline", "growth", "stores")
"""The first job, the same with a hot key, the second job; sustained rates and latency; large states and long histories;
what is read back and stored."""
MINUTE = 60.0


@dataclass(frozen=True)
class SpeedProfile:
    """One size of the whole measurement."""

    job: Shape
    hot: Shape
    pattern: Shape
    passes: int
    pipeline: PipelineAsked
    buyers: tuple[int, ...]
    facts: tuple[int, ...]
    rows: int
    """So many are read back."""
    alerts: int
    """So many are stored."""
    peers: tuple[Peer, ...] = PEERS
    pattern_peers: tuple[Peer, ...] = PATTERN_PEERS
    job_seconds: float = float("inf")
    """No pass of the first job is begun that would end after so long; likewise of the second."""
    pattern_seconds: float = float("inf")


_GOALS_ARE_ABOUT = (
    "plain aiokafka loop",
    "cloudtag, minimal task",
    "cloudtag, engine",
    "naive Faust",
    "Quix Streams",
    "Kafka Streams, 1 thread",
    "Flink, RocksDB",
)
_HOT = 0.1

SPEED = {
    "trial": SpeedProfile(
        job=Shape(4_000, 100),
        hot=Shape(4_000, 100, _HOT),
        pattern=Shape(8_000),
        passes=1,
        pipeline=PipelineAsked(low=200, high=400, steps=2, seconds=8, shares=(0.5,), least_seconds=8),
        buyers=(100, 1_000),
        facts=(10, 100),
        rows=10_000,
        alerts=2_000,
        peers=tuple(peer for peer in PEERS if peer.name in _GOALS_ARE_ABOUT),
    ),
    "short": SpeedProfile(
        job=Shape(60_000, 2_000),
        hot=Shape(60_000, 2_000, _HOT),
        pattern=Shape(60_000),
        passes=1,
        pipeline=PipelineAsked(low=1_000, high=6_000, steps=3, seconds=10, shares=(0.5,), workers=(1,)),
        buyers=(2_000, 20_000),
        facts=(10, 2_000),
        rows=200_000,
        alerts=60_000,
    ),
    "standard": SpeedProfile(
        job=Shape(500_000),
        hot=Shape(200_000, hot_share=_HOT),
        pattern=Shape(500_000),
        passes=2,
        pipeline=PipelineAsked(
            low=4_000,
            high=16_000,
            steps=6,
            seconds=20,
            shares=(0.5, 0.8),
            shares_seconds=120,
            fixed_seconds=340,
            least_seconds=40,
            budget_seconds=4 * MINUTE,
        ),
        buyers=(20_000, 1_000_000),
        facts=(10, 1_000, 100_000),
        rows=500_000,
        alerts=120_000,
        peers=tuple(peer for peer in PEERS if peer.name in _GOALS_ARE_ABOUT),
        pattern_peers=tuple(peer for peer in PATTERN_PEERS if not peer.name.endswith("RocksDB")),
        job_seconds=9 * MINUTE,
        pattern_seconds=6 * MINUTE,
    ),
    "full": SpeedProfile(
        job=Shape(1_000_000),
        hot=Shape(1_000_000, hot_share=_HOT),
        pattern=Shape(1_000_000),
        passes=5,
        pipeline=PipelineAsked(
            low=4_000, high=24_000, steps=8, seconds=60, shares=(0.05, 0.1, 0.25, 0.5, 0.8, 1.0), fixed_seconds=600
        ),
        buyers=(2_000, 20_000, 200_000, 1_000_000),
        facts=(10, 100, 1_000, 10_000, 100_000),
        rows=3_000_000,
        alerts=1_000_000,
    ),
}
