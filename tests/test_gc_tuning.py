"""Replay runs without the collector, and leaves it as it was; what the decision service keeps is not its business."""

import gc
from collections import Counter
from collections.abc import Iterator

import pytest
from msgspec.structs import replace

from cloudtag.decide.asking import DecisionRequest, asked_by
from cloudtag.gc_tuning import collect_briefly, uncollected
from tests.decide.service import Service, question
from tests.decisions.alerts import an_alert


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


@pytest.fixture
def collecting() -> Iterator[None]:
    """The collector is afterwards as it was before."""
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("collecting")
def test_the_collector_does_not_look_through_what_stands_and_what_was_answered() -> None:
    service = Service(remembered=1000)
    collect_briefly()
    for number in range(300):
        fields = {"request_id": f"q{number}", "order_id": f"o{number}", "waybill_nos": [f"W{number}"]}
        service.view.apply(replace(an_alert(f"a{number}"), order_ids=(f"o{number}",), waybill_nos=(f"W{number}",)))
        asked = asked_by(DecisionRequest(**question(**fields)), "desk", service.decider.networks)
        service.watch.add(service.decider.decide(asked), is_own=True)
    for _ in range(3):
        gc.collect()
    looked_through = Counter(type(each).__name__ for each in gc.get_objects())
    assert (len(service.view), len(service.answers)) == (300, 300)
    kept = ("ViewEntry", "DecisionGiven", "DecisionGround", "LastTold", "UncollectedDict")
    assert not {name: looked_through[name] for name in kept if looked_through[name]}
    assert (looked_through["tuple"] < 300, looked_through["dict"] < 300) == (True, True)
