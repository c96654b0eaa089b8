"""Orders with the same id at different shops, found by looking at each row or, of very many, by their ids."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.scope import scoped
from cloudtag.engine.timers import end_of_period
from cloudtag.processors.buyers import namesakes as looked_for
from cloudtag.processors.buyers.namesakes import FEW_ROWS, namesakes
from cloudtag.processors.buyers.reading import HELD_MS
from tests.effort import examples
from tests.processors.buyers.acts import on_stage, ordered
from tests.processors.scene import DAY, T0, Scene

IDS = st.lists(st.tuples(st.sampled_from(("s1", "s2", "1")), st.integers(1, 40)), max_size=60)


def bought(shop: str, n: int, at: int = T0) -> Any:
    return replace(ordered("placed", at, n), shop_id=shop, event_id=f"e-{shop}-{n}-{at}")


def names(scene: Scene, order_id: str) -> list[str]:
    return sorted(row.name for row in namesakes(scene.state, order_id))


@given(IDS, IDS)
@settings(max_examples=examples(40), deadline=None)
def test_both_ways_of_looking_find_the_same_while_rows_come_and_go(
    before: list[tuple[str, int]], after: list[tuple[str, int]]
) -> None:
    scene = on_stage(bought("s0", 1))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(looked_for, "FEW_ROWS", -1)
        for ids in (before, after):
            scene.come(*(bought(*each) for each in ids))
            # One goes, by whatever: those that are noted may name it still.
            shop, n = (ids or [("s0", 1)])[0]
            scene.state.rows.pop("o" + scoped(shop, f"o{n}"), None)
            for number in range(1, 41):
                found = names(scene, f"o{number}")
                patch.setattr(looked_for, "FEW_ROWS", 1 << 30)
                assert names(scene, f"o{number}") == found
                patch.setattr(looked_for, "FEW_ROWS", -1)


@pytest.mark.parametrize("others", [0, 2 * FEW_ROWS], ids=["few", "many"])
@pytest.mark.parametrize(("order_id", "stays"), [(1, True), (11, False)])
def test_an_old_order_that_a_tag_may_mean_stays_while_its_namesake_is_young(
    others: int, order_id: int, stays: bool
) -> None:
    scene = on_stage(bought("s1", 1), *(bought("s3", 100 + n) for n in range(others)))
    end_ms = T0 + HELD_MS + 1
    if others:
        end_ms = end_of_period(end_ms, scene.key, HELD_MS)
    scene.come(bought("s2", order_id, end_ms - DAY))
    scene.wait(end_ms)
    assert (scene.row("order", scoped("s1", "o1")) is not None) is stays
