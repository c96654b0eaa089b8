"""When a running worker asks for records, and when it hands them out: later and more at a time, the busier it is."""

from pathlib import Path

import pytest

from tests.streams import toy
from tests.streams.gated_worker import GATES
from tests.streams.rig import Outputs, Rig

GATED = Path(__file__).parent / "gated_worker.py"
BATCH = 80
READY = BATCH // 8
"""So many must wait for a second batch to be made ready beside the one in hand."""


class Gates:
    """The files that hold a gated worker, and its log."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig
        self._sent = 0

    @property
    def log(self) -> list[str]:
        """What it wrote down so far."""
        path = self._rig.directory / "log"
        return path.read_text().splitlines() if path.exists() else []

    def counted(self, what: str) -> list[int]:
        """How many came, or were handed out, each time."""
        return [int(line.split()[1]) for line in self.log if line.startswith(f"{what} ")]

    def hold(self, what: str) -> None:
        (self._rig.directory / what).touch()

    def free(self, what: str) -> None:
        (self._rig.directory / what).unlink()

    async def send(self, count: int) -> None:
        """So many records of one partition of one topic, and one after the other."""
        numbers = range(2 * self._sent, 2 * (self._sent + count), 2)
        self._sent += count
        await self._rig.produce(numbers, 1)

    async def come(self, count: int) -> None:
        """Return once so many have come, all told."""
        await self._rig.until(lambda: sum(self.counted("came")) == count, f"{count} records come")


async def started(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Gates:
    monkeypatch.setenv(GATES, str(rig.directory))
    gates = Gates(rig)
    rig.start_worker(script=GATED)
    return gates


async def test_beside_the_batch_in_hand_a_second_is_made_once_an_eighth_of_a_full_one_waits(
    one_bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"batch_records": str(BATCH), "idle_watermark_seconds": "3600"}
    async with Rig.on(one_bootstrap, tmp_path, **settings) as rig, Outputs(rig) as outputs:
        gates = await started(rig, monkeypatch)
        gates.hold("judging")
        await gates.send(1)
        await rig.until(lambda: gates.counted("batch") == [1], "one is in hand")
        await gates.send(READY - 1)
        await gates.come(READY)
        await gates.send(1)
        await rig.until(lambda: len(gates.counted("batch")) > 1, "a second is made ready")
        assert gates.counted("batch") == [1, READY], "the ones before waited for the last"
        # A third is not made while two are out, and in the end all that waits is one, however little it is.
        await gates.send(READY)
        await gates.come(2 * READY + 1)
        await gates.send(3)
        await gates.come(2 * READY + 4)
        assert gates.counted("batch") == [1, READY]
        gates.free("judging")
        await rig.until(lambda: outputs.total == 2 * READY + 4, "all are judged")
        assert gates.counted("batch") == [1, READY, READY + 3]
        await gates.send(1)
        await rig.until(lambda: outputs.total == 2 * READY + 5, "one alone waits for nobody")
        assert gates.counted("batch")[3:] == [1]
        assert outputs.counts == toy.expected(range(0, 2 * (2 * READY + 5), 2), 1)


async def test_no_round_of_fetches_begins_before_its_pace_allows_it(
    one_bootstrap: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Rig.on(one_bootstrap, tmp_path, idle_watermark_seconds="3600") as rig, Outputs(rig) as outputs:
        gates = await started(rig, monkeypatch)
        await gates.send(1)
        await rig.until(lambda: outputs.total == 1, "it judges")
        gates.hold("fetching")
        await rig.until(lambda: "held" in gates.log, "it is held")
        for _ in range(7):
            await gates.send(1)
        gates.free("fetching")
        await rig.until(lambda: outputs.total == 8, "all are judged")
        log = gates.log
        assert "round" not in log[log.index("held") : log.index("free")]
        # The round that was under way when it was held may have brought some of them; the next brings all others.
        assert len([line for line in log[log.index("held") :] if line.startswith("came")]) <= 2
