"""How much is measured: a short profile for every change, a full one for figures worth quoting."""

from dataclasses import dataclass

READ, DECODE, JUDGE, PLAIN = "read", "decode", "judge", "plain loop"
MEMORY, ROCKSDB, NAIVE = "worker, memory", "worker, rocksdb", "naive Faust"
RUNGS = (READ, DECODE, JUDGE, PLAIN, MEMORY, ROCKSDB, NAIVE)
"""The ladder from the bottom up: each rung does more than the one before it, save the last."""
WORKERS = (MEMORY, ROCKSDB)
WITH_ALERTS = (JUDGE, PLAIN, *WORKERS)
"""The rungs that publish alerts and must publish the right ones."""
BASE = PLAIN
"""What the others are compared with: the same judgements and the same durability, by hand."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One size of the measurement."""

    name: str
    events: int
    """About how many events the simulated stream has."""
    pairs: int
    """How often the ladder is gone through; every second time from the top down (A B, B A, A B, …)."""
    rungs: tuple[str, ...]
    naive_share: float = 0.0
    """Naive Faust is given this share of the buyers' events, or it would take longer than all the rest."""
    seed: int = 7
    partitions: int = 8
    batch_records: int = 2000
    floors: tuple[tuple[str, float], ...] = ()
    """Rungs and the least events per CPU second they must reach, as a share of the plain loop's."""


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("smoke", 30_000, 1, (PLAIN, MEMORY)),
        Profile("full", 300_000, 3, RUNGS, naive_share=0.1, floors=((MEMORY, 0.3), (ROCKSDB, 0.3))),
    )
}
