"""The page's sections about what others do too: the two jobs, and the first with a hot key."""

from __future__ import annotations

from benchmarks.page import svg, tables
from benchmarks.page.found import Found
from benchmarks.page.goals import STEADY_RECORDS, is_cold
from benchmarks.page.svg import Bar
from benchmarks.peers.measure import PeersFound

PEERS_PICTURE, PATTERN_PICTURE = "speed-peers.svg", "speed-pattern.svg"


def sections(found: Found) -> list[str]:
    """One for each job that was measured."""
    told = ((_job, found.job), (_hot, found.hot), (_pattern, found.pattern))
    return [section(job) for section, job in told if job is not None]


def pictures(found: Found) -> dict[str, str]:
    """Records per CPU second, by the name of the file."""
    jobs = ((PEERS_PICTURE, found.job), (PATTERN_PICTURE, found.pattern))
    return {name: _picture(job) for name, job in jobs if job is not None and _bars(job)}


def _bars(job: PeersFound) -> list[Bar]:
    return [
        Bar(line.peer, line.cpu_ratio.median, line.cpu_ratio.low, line.cpu_ratio.high, line.peer.startswith("cloudtag"))
        for line in job.summary
        if not is_cold(job, line.peer)
    ]


def _picture(job: PeersFound) -> str:
    return svg.bars("Records per CPU second, the plain aiokafka loop's = 1", _bars(job))


def _job(job: PeersFound) -> str:
    shape = job.shape
    return f"""## One job, done by others too

{shape["records"]:,} Avro records of {shape["buyers"]:,} buyers (input `{job.input}`) on one Apache Kafka broker: a
window of seven days for each buyer, an alert where refunds fill it, state durable in a changelog (Flink: in checkpoints
on disk), alerts acknowledged before the offsets of what they follow from. A run counts from the first record to the
commit of the last, and only if its set of alerts is `{job.expected}`, which a reading of the same records one by one
has found. Peers run up and down in turn; passes: {len(job.passes)}; ratios are to the first line in the same pass, with
95 % bootstrap intervals (one pass has none). CPU is that of all the peer's threads and children, a JVM's compilers
among them; the broker's is not counted.{_short_of(job)}

{tables.of_peers(job)}

![Records per CPU second]({PEERS_PICTURE})

The plain loops could not be started twice: no partition is given away, nothing is read back after a crash. cloudtag's
engine judges a set of facts, so that a late dealing takes back what it refutes; no other peer does. Naive Faust is
given a tenth of the records. CPU µs per record are also CPU seconds per million.{_left_out(job)}

{tables.of_settings(job)}"""


def _pattern(job: PeersFound) -> str:
    return f"""## A pattern, found by others too

About {job.shape["records"]:,} Avro records of orders (input `{job.input}`): shipments, deliveries and refunds that are
asked for, out of order by up to an hour of event time, one in a hundred twice. For each shipment the first delivery or
refund after it decides, by moment and then by id: a refund less than seven days after the shipment is an alert. Which
records and which words exactly is in `benchmarks/peers/pattern.py`, for all peers; a reading of the records in order,
one by one, has found `{job.expected}`, and a run with another set of standing alerts does not count. All else is as
above; passes: {len(job.passes)}.{_short_of(job)}

{tables.of_peers(job)}

![Records per CPU second]({PATTERN_PICTURE})

All peers but cloudtag's wait until nothing earlier can come: their alerts are told an hour of event time late, and
what comes later still is lost. cloudtag's engine tells at once and takes back what a late record refutes. The loop by
hand could not be started twice. Hazelcast Jet keeps offsets in its snapshots: its run ends when one that began after
the last record is complete.{_left_out(job)}

{tables.of_settings(job)}"""


def _left_out(job: PeersFound) -> str:
    told = tables.of_left_out(job)
    return f" Not in the table:\n\n{told}" if told else ""


def _short_of(job: PeersFound) -> str:
    if job.shape["records"] >= STEADY_RECORDS:
        return ""
    return f"""

**So few records say nothing of the JVM's peers:** in their first seconds they compile themselves. And all but the plain
loops commit once a second, which is part of their time here. To compare with them takes {STEADY_RECORDS:,} records and
more (profile `standard`). They are called cold below and are not in the picture, and no goal about them counts as
reached or missed."""


def _hot(hot: PeersFound) -> str:
    return f"""## A hot key

The same with {hot.shape["hot_share"]:.0%} of {hot.shape["records"]:,} records of one buyer.

{tables.of_peers(hot)}"""
