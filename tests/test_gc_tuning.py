"""Replay runs without the collector, and leaves it as it was."""

import gc

import pytest

from cloudtag.gc_tuning import uncollected


@pytest.mark.parametrize("was_enabled", [True, False])
def test_the_collector_rests_and_is_as_it_was(was_enabled: bool) -> None:
    before = gc.isenabled()
    try:
        (gc.enable if was_enabled else gc.disable)()
        with pytest.raises(KeyError), uncollected():
            raise KeyError(gc.isenabled())
        assert gc.isenabled() is was_enabled
        with uncollected():
            assert not gc.isenabled()
        assert gc.isenabled() is was_enabled
    finally:
        (gc.enable if before else gc.disable)()
