"""``python -m tests.faults --seeds 0 40``: play the schedules of seeds, or one that is given in words.

    python -m tests.faults --schedule "7 tansu memory: 1 worker kill before changelog 3; 1 warehouse restart"

Prints what came of each. With ``--keep`` it is added to the raw results that docs/guarantees.md is made of; seeds whose
clean result is kept there already are not played again, so that a run that was cut off goes on where it was. Exits with
1 where something is lost, extra, wrong or conflicting; with ``--without``, where nothing is.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cloudtag.local.broker import Tansu
from cloudtag.local.kafka import Kafka
from cloudtag.local.warehouse import Warehouse
from tests.faults import results
from tests.faults.aim import FIRST_SEED, aim, left
from tests.faults.play import Played, play
from tests.faults.schedule import Schedule, draw
from tests.faults.shrink import shrink
from tests.faults.system import Servers
from tests.faults.taken_out import FIXES


@contextmanager
def servers(broker: str, directory: Path) -> Iterator[Servers]:
    """A broker and a warehouse that may be struck."""
    with ExitStack() as stack:
        running = Tansu() if broker == "tansu" else Kafka(directory / "kafka")
        stack.enter_context(running)
        warehouse = stack.enter_context(Warehouse(directory / "warehouse", open_to="everyone"))
        stack.callback(warehouse.kill)
        yield Servers(running, warehouse)


def main() -> int:
    """Play."""
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="cloudtag-faults-") as directory, ExitStack() as stack:
        place, known, failed = Path(asked.directory or directory), dict[str, Servers](), False
        for number, (schedule, without) in enumerate(_asked(asked)):
            if schedule.broker not in known:
                known[schedule.broker] = stack.enter_context(servers(schedule.broker, place / schedule.broker))
            on = known[schedule.broker]
            played = asyncio.run(play(schedule, on, place / str(number), without))
            sys.stdout.write(told(played))
            sys.stdout.flush()
            if asked.keep:
                results.keep(asked.keep, played, without)
            failed = failed or played.is_well == bool(without)
            if not played.is_well and asked.shrink:
                least = _least(schedule, on, place, without)
                sys.stdout.write(f'  least: python -m tests.faults --schedule "{least}"\n')
    return int(failed)


def _asked(asked: argparse.Namespace) -> Iterator[tuple[Schedule, str]]:
    """The schedules to play, each with the fix that is taken out."""
    if asked.without and asked.schedule:
        yield Schedule.read(asked.schedule), asked.without
    elif asked.without:
        yield from ((FIXES[name].schedule, name) for name in (FIXES if asked.without == "all" else [asked.without]))
    elif asked.schedule:
        yield Schedule.read(asked.schedule), ""
    elif asked.aim:
        yield from ((schedule, "") for schedule in _aimed(asked.keep))
    else:
        schedules = map(draw, range(*asked.seeds))
        yield from ((one, "") for one in schedules if not asked.keep or not results.is_clean(asked.keep, one))


def _aimed(path: Path) -> Iterator[Schedule]:
    """One after the other, each drawn by what the kept results have left."""
    while wanted := left(kept := results.schedules(path)):
        yield aim(max([FIRST_SEED - 1, *(Schedule.read(text).seed for text in kept)]) + 1, wanted)


def _least(schedule: Schedule, running: Servers, place: Path, without: str) -> Schedule:
    tries = iter(range(10_000))

    async def fails(one: Schedule) -> bool:
        return not (await play(one, running, place / f"less-{next(tries)}", without)).is_well

    return asyncio.run(shrink(schedule, fails))


def told(played: Played) -> str:
    """What came of a schedule, in a few lines."""
    tally = played.tally
    counts = f"lost {len(tally.lost)}, extra {len(tally.extra)}, wrong {len(tally.wrong)}"
    lines = [f"{played.schedule}\n  {counts}, conflicts {len(tally.conflicts)}; after {played.seconds} s"]
    lines += [f"  struck: {'; '.join(played.struck)}"]
    for one in (*tally.lost, *tally.extra, *tally.wrong, *tally.conflicts)[:5]:
        lines.append(f"  {one[:400]}")
    return "\n".join([*lines, played.failure]).rstrip() + "\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests.faults")
    parser.add_argument("--seeds", type=int, nargs="+", default=(0, 40), metavar="N", help="FIRST END [STEP]")
    parser.add_argument("--aim", action="store_true", help="at what was not struck often enough, by what is kept")
    parser.add_argument("--schedule", help="one in words, as it is printed")
    parser.add_argument(
        "--without",
        default="",
        choices=["", "all", *FIXES],
        help="a fix that is taken out, in its own schedule or in the one given",
    )
    parser.add_argument("--shrink", action="store_true", help="leave out faults of a failing one while it still fails")
    parser.add_argument("--keep", type=Path, help="add it to the raw results in this file")
    parser.add_argument("--directory", help="where logs are kept; a temporary one without it")
    asked = parser.parse_args()
    if asked.aim and not asked.keep:
        parser.error("--aim needs --keep: it aims by what is kept there")
    return asked


if __name__ == "__main__":
    sys.exit(main())
