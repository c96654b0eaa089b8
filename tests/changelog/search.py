"""Every interleaving of two owners (`tests.changelog.model`), each state once."""

from collections import deque
from collections.abc import Iterator
from copy import copy

from tests.changelog.model import Owner, Rules, World

ALWAYS_GOES = ("bid", "confirm", "claim", "look")
"""What is not made to fail: it would only be done again."""

State = tuple[World, Owner, Owner]


def copied(state: State) -> State:
    world, first, second = state
    return copy(world), _copied(first), _copied(second)


def _copied(owner: Owner) -> Owner:
    made = copy(owner)
    made.store = dict(owner.store)
    if owner.writer is not None:
        made.writer = copy(owner.writer)
        made.writer.slots = dict(owner.writer.slots)
    if owner.core is not None:
        made.core = copy(owner.core)
        made.core.own = copy(owner.core.own)
        made.core.rows = dict(owner.core.rows)
    return made


def key_of(state: State) -> object:
    world, *owners = state
    return (
        world.log,
        frozenset(world.outputs),
        world.committed,
        world.member,
        *(
            (
                o.at,
                o.epoch,
                o.before,
                o.position,
                o.end,
                o.failures,
                o.waiting,
                o.gaps,
                o.to_send,
                o.writer and (o.writer.next_offset, o.writer.judged_offset, o.writer.is_ended, o.writer.claimed),
            )
            for o in owners
        ),
    )


def ends(rules: Rules, failures: int) -> Iterator[State]:
    """Every state in which both owners are at their end; `failures`: so many steps of the first may fail."""
    waiting = deque([(World(), Owner("A", rules), Owner("B", rules, "assigned"))])
    seen = set[object]()
    while waiting:
        state = waiting.pop()
        world, first, second = state
        if first.is_over and second.is_over:
            yield state
            continue
        for place in (1, 2):
            owner: Owner = state[place]  # type: ignore[assignment]
            other: Owner = state[3 - place]  # type: ignore[assignment]
            if owner.is_over:
                continue
            if owner.sees_nothing_new(world) and not (other.is_over or other.sees_nothing_new(world)):
                continue  # It looks again and again.
            for fails in (False, True):
                if fails and (place == 2 or first.failures >= failures or owner.at in ALWAYS_GOES):
                    continue
                after = copied(state)
                chosen: Owner = after[place]  # type: ignore[assignment]
                if fails:
                    chosen.fail()
                else:
                    chosen.act(after[0])
                key = key_of(after)
                if key not in seen:
                    seen.add(key)
                    waiting.append(after)
