"""How many alerts of a window tell of different things: the same as if every choice of one of each kind were tried."""

from itertools import combinations, product

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.records import Alert, Reference
from cloudtag.detection.independence import GroundedAlert, Window, events_of
from tests.decisions.alerts import an_alert

KINDS = ("worn_return", "short_return", "no_circulation")
"""Few kinds, and no more alerts than are tried of each."""
told = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sets(st.integers(0, 5), min_size=1, max_size=3)), min_size=1, max_size=8
)


def signal(number: int, kind: str, rests_on: set[int]) -> GroundedAlert:
    evidence = tuple(Reference("refunds", f"e{event}", event) for event in sorted(rests_on))
    alert: Alert = replace(
        an_alert(), alert_id=f"a{number}", scenario=kind, family=kind, evidence=evidence, decided_at=number
    )
    return GroundedAlert(alert, events_of(alert))


def most_apart(signals: list[GroundedAlert]) -> int:
    """By trying everything."""
    best = 0
    for kinds in (some for size in range(1, 4) for some in combinations(KINDS, size)):
        choices = [[each for each in signals if each.alert.scenario == kind] for kind in kinds]
        for chosen in product(*choices):
            if all(one.events.isdisjoint(other.events) for one, other in combinations(chosen, 2)):
                best = max(best, len(chosen))
    return best


@given(told, st.integers(0, 3))
def test_a_window_that_grows_counts_as_if_all_were_tried(named: list[tuple[str, set[int]]], first: int) -> None:
    signals = [signal(number, *each) for number, each in enumerate(named)]
    window = Window(signals, first)
    for end in range(first + 1, len(signals) + 1):
        assert window.independent(end) == most_apart(signals[first:end])
