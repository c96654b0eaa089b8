"""Workers of two owner protocols in one group: whoever comes second is refused, and says what to do."""

from pathlib import Path

import pytest

from streams.health.watchdog import EXIT_STATUS, OTHER_PROTOCOL
from tests.streams import toy
from tests.streams.rig import WORKER, Outputs, Rig

pytestmark = pytest.mark.fault
OLDER = Path(__file__).parent / "older_worker.py"


async def refuses(rig: Rig, outputs: Outputs, first: Path, second: Path) -> None:
    """Of two workers the second is not let in and ends with the reason, and the first judges on; then it is stopped."""
    await rig.produce(range(20), 4)
    before = rig.start_worker(script=first)
    await rig.until(lambda: outputs.total == 20, "the first judges")
    refused = rig.start_worker(script=second)
    rig.may_end.append(refused)
    await rig.produce(range(20, 40), 4)
    await rig.ended(refused)
    assert (refused.returncode, f"Ending the worker: {OTHER_PROTOCOL}" in rig.log(refused)) == (EXIT_STATUS, True)
    await rig.until(lambda: outputs.total == 40, "the first goes on")
    assert before.poll() is None
    assert await rig.stop(before) == 0


@pytest.mark.kafka
@pytest.mark.parametrize(
    ("first", "second"),
    [pytest.param(OLDER, WORKER, id="upgrade"), pytest.param(WORKER, OLDER, id="downgrade", marks=pytest.mark.long)],
)
async def test_the_second_is_refused_and_goes_on_once_the_first_is_stopped(
    kafka_bootstrap: str, tmp_path: Path, first: Path, second: Path
) -> None:
    async with Rig.on(kafka_bootstrap, tmp_path) as rig, Outputs(rig) as outputs:
        await refuses(rig, outputs, first, second)
        rig.start_worker(script=second)
        await rig.produce(range(40, 60), 4)
        await rig.until(lambda: outputs.total == 60, "the second goes on from there")
        await rig.settled(outputs)
        assert outputs.counts == toy.expected(range(60), 4)


@pytest.mark.long
async def test_the_embedded_broker_refuses_it_too(tansu_bootstrap: str, tmp_path: Path) -> None:
    """It goes on doing so, for a group that is empty: but it keeps nothing that an upgrade could be of."""
    async with Rig.on(tansu_bootstrap, tmp_path) as rig, Outputs(rig) as outputs:
        await refuses(rig, outputs, OLDER, WORKER)
        assert outputs.counts == toy.expected(range(40), 4)
