"""Play a schedule to its end, and count."""

from __future__ import annotations

import traceback
from collections import Counter
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cloudtag.cli.failure import FailureError
from cloudtag.contract.events import AlertAnswered
from cloudtag.contract.records import Alert, DeadLetter
from cloudtag.policy.load import shipped
from cloudtag.replay.driver import judge
from cloudtag.simulate import Profile, simulate
from cloudtag.simulate.profile import DAY_MS
from tests.engine.standing import Final, of_type, standing
from tests.faults.counts import Tally, of_inserts, of_tables, of_topics
from tests.faults.schedule import ROUNDS, Schedule
from tests.faults.system import WITNESSED, Servers, System

EVENTS = 600
WEEKS = 3
"""So many different histories; a seed takes one of them."""
ANSWERED = 6
"""So many alerts are answered by the shops they are about."""


class Played(msgspec.Struct):
    """What came of a schedule."""

    schedule: str
    struck: list[str]
    """The faults that came to strike: of a process that has no such write any more none does."""
    under_way: list[int | None]
    """Beside each: how many records a struck process had taken and not yet let go of; none of a server."""
    seconds: list[float]
    """Of each round, from its last fault until everything was judged and stored."""
    tally: Tally
    failure: str = ""
    """Why it did not come to an end, if it did not."""

    @property
    def is_well(self) -> bool:
        """Whether nothing is lost, extra, wrong or conflicting."""
        return not self.failure and self.tally.is_clean


class Week(NamedTuple):
    """What is delivered, what shops answer once that is judged, when time is moved on to, and what replay says."""

    events: list[Any]
    answers: list[Any]
    until_ms: int
    said: Final
    refused: Counter[str]
    """Why replay writes dead letters, how often."""


@cache
def week(number: int) -> Week:
    """A history. Shops answer alerts that were told long before."""
    events = list(simulate(Profile(events=EVENTS, seed=7 + number)).events())
    last = max(event.occurred_at for event in events)
    until = last + 5 * DAY_MS
    alerts = of_type(standing(record for _, record in judge(list(events), last, shipped())).values(), Alert)
    answered = {
        alert.alert_id: alert
        for alert in alerts
        if alert.shop_id and alert.detector != "buyer_risk" and alert.decided_at < last - DAY_MS
    }
    answers = [
        AlertAnswered(
            *(f"answer-{count}", last + count + 1, alert.platform, alert.alert_id, alert.buyer_id, alert.shop_id, None),
            verdict="abnormal" if count % 2 else "normal",
            alert_revision=alert.revision,
        )
        for count, alert in enumerate(islice(answered.values(), ANSWERED))
    ]
    told = [record for _, record in judge([*events, *answers], until, shipped())]
    refused = Counter(letter.reason for letter in of_type(told, DeadLetter))
    return Week(events, answers, until, standing(told), refused)


async def play(schedule: Schedule, servers: Servers, directory: Path, without: str = "") -> Played:
    """Play a schedule; `without`: with a fix taken out."""
    events, answers, until, said, refused = week(schedule.seed % WEEKS)
    played = Played(str(schedule), [], [], [], Tally())
    directory.mkdir(parents=True, exist_ok=True)
    async with System(servers, directory, schedule.store, without) as system:
        try:
            for number in range(1, ROUNDS + 1):
                part = events[(number - 1) * len(events) // ROUNDS : number * len(events) // ROUNDS]
                played.seconds.append(round(await system.round(number, schedule.faults, part), 1))
            await system.send(answers)
            await system.pass_time(until)
            await system.settled()
            played.tally, records = of_topics(system.watch.records, said, refused)
            of_tables(played.tally, system.ask, records, [*events, *answers])
            of_inserts(played.tally, system.ask, system.watch.counts, WITNESSED, is_exact=not _times_disagree(schedule))
        except (AssertionError, FailureError, TimeoutError):
            played.failure = traceback.format_exc()[-2000:]
        played.struck = [str(fault) for fault, _ in system.struck]
        played.under_way = [count for _, count in system.struck]
    return played


def _times_disagree(schedule: Schedule) -> bool:
    """Whether the times of a partition's records step back, so that the end of a resting log may be stored twice, once
    in each of two blocks that are cut differently. Tables and roll-ups stay right. Apache Kafka's records have the
    broker's time, the embedded broker's that of whoever wrote them."""
    return schedule.broker == "tansu" and any(f.victim == "worker" and f.kind == "clock" for f in schedule.faults)
