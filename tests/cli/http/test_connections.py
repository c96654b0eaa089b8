"""Who gives way when there are too many connections, and that nobody does who is being answered."""

from dataclasses import dataclass, field

from cloudtag.cli.http.connections import ConnectionTable
from cloudtag.cli.http.limits import HttpLimits


@dataclass(eq=False)
class Held:
    """A connection of a test."""

    is_waiting: bool = True
    has_given_way: bool = False
    checked: list[float] = field(default_factory=list)

    def check(self, now: float) -> None:
        self.checked.append(now)

    def give_way(self) -> None:
        self.has_given_way = True


def table_of(*held: Held) -> ConnectionTable:
    """As many as there is room for."""
    table = ConnectionTable(HttpLimits(connections=len(held)))
    assert all(map(table.enter, held))
    return table


def entered(table: ConnectionTable, *held: Held) -> Held:
    """Which one gives way to another."""
    before = [each.has_given_way for each in held]
    assert table.enter(Held(is_waiting=False))
    (gone,) = (each for each, was in zip(held, before, strict=True) if each.has_given_way and not was)
    return gone


def test_they_give_way_by_kind_and_then_by_what_they_did_last() -> None:
    new, later, stranger, known, idle = (Held() for _ in range(5))
    table = table_of(new, later, stranger, known, idle)
    table.answered(idle, is_known=True)
    table.answered(known, is_known=True)
    table.answered(stranger, is_known=False)
    table.answered(known, is_known=False)
    order = [entered(table, new, later, stranger, known, idle) for _ in range(5)]
    assert order == [new, later, stranger, idle, known]
    assert not table.enter(Held())


def test_nobody_gives_way_who_is_being_answered() -> None:
    busy, idle = Held(is_waiting=False), Held()
    table = table_of(busy, idle)
    assert entered(table, busy, idle) is idle
    assert (table.enter(Held()), len(table)) == (False, 2)
    busy.is_waiting = True
    assert entered(table, busy, idle) is busy


def test_one_that_gave_way_does_not_come_back_with_its_last_answer() -> None:
    gone = Held()
    table = table_of(gone)
    assert entered(table, gone) is gone
    table.answered(gone, is_known=True)
    assert len(table) == 1


def test_all_are_looked_at_now_and_then() -> None:
    one, two = Held(), Held()
    table = table_of(one, two)
    table.answered(two, is_known=True)
    for now in (1.0, 1.1, 1.24, 1.25, 9.0):
        table.look(now)
    assert one.checked == two.checked == [1.0, 1.25, 9.0]
