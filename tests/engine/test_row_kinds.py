"""What follows from the declarations of a few made-up kinds of rows, and which declarations are refused."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

import pytest

from cloudtag.contract.events import OrderChanged, RefundChanged, ReviewPosted
from cloudtag.contract.records import Alert, TagStatus
from cloudtag.contract.shops import TagRequested
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.row_kind import INTERNAL_ID, Holds, Reads, RowKind
from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.rows import Row
from cloudtag.engine.task_result import Output

ORDER_ID = attrgetter("order_id")
IDS = ("e1", 5, "taobao")
ORDERED = OrderChanged(*IDS, "o1", "b1", "s1", "placed")


def nothing(state: KeyedState, row: Row, policies: Any, now_ms: int) -> Judgement:
    return EMPTY


def kind(name: str, letter: str, **declared: Any) -> RowKind:
    return RowKind(name=name, letter=letter, judge=nothing, **declared)


ORDER = kind("order", "o", holds=(Holds(OrderChanged, name=ORDER_ID), Holds(RefundChanged, name=ORDER_ID)))
REVIEW = kind(
    "review",
    "v",
    holds=(Holds(ReviewPosted, name=attrgetter("review_id")),),
    reads=(Reads("order", readers=lambda state, name: [f"v-{name}"], rows=lambda state, name: ["o1", "o2"]),),
    stays_with=("order",),
)
SUM = kind("sum", "s", reads=(Reads("review", when=lambda state, name: name == "big"),))
RISK = kind("risk", "r", reads=(Reads("sum"),), follows=(Alert,))
KINDS = RowKinds((ORDER, REVIEW, SUM, RISK))


def file(*row_ids: str) -> KeyedState:
    state = KeyedState("k", None, KINDS.letters)
    for row_id in row_ids:
        state.add_row(row_id)
    return state


def test_a_fact_belongs_to_the_row_that_its_kind_names() -> None:
    assert KINDS.places[OrderChanged](ORDERED) == "oo1"
    assert KINDS.identity(ORDERED) == "o:e1", "streams number their events each for itself"
    assert KINDS.facts == (OrderChanged, RefundChanged, ReviewPosted)


def test_a_fact_without_a_name_belongs_to_the_next_kind_that_holds_its_type() -> None:
    named = RowKinds(
        (kind("one", "o", holds=(Holds(TagStatus, name=ORDER_ID),)), kind("any", "a", holds=(Holds(TagStatus),)))
    )
    place = named.places[TagStatus]
    assert [place(type("Fact", (), {"order_id": order_id})) for order_id in ("o1", None)] == ["oo1", "a"]


def test_what_changes_touches_itself_and_its_readers_but_none_that_waits() -> None:
    assert KINDS.touched(file(), {"oo1"}) == {"oo1", "vv-o1"}
    assert KINDS.touched(file(), {"vbig"}) == {"vbig", "s"}
    assert KINDS.touched(file(), {"vsmall"}) == {"vsmall"}
    assert KINDS.touched(file(), {"s", "r"}) == {"s"}


def test_every_row_of_a_kind_is_touched_where_no_reader_is_named() -> None:
    kinds = RowKinds((ORDER, kind("mark", "m", holds=(Holds(TagStatus, name=ORDER_ID),), reads=(Reads("order"),))))
    assert kinds.touched(file("oo1", "m1", "m2"), {"oo1"}) == {"oo1", "m1", "m2"}


def test_a_layer_is_asked_by_what_it_follows_and_by_what_it_reads() -> None:
    alert, status = (Output(stream, "k", ORDERED) for stream in ("alerts", "tag-statuses"))
    assert KINDS.layers == ("r",)
    for ids, outputs, is_asked in (
        ({"oo1"}, [], False),
        ({"oo1"}, [status], False),
        ({"oo1"}, [alert], True),
        ({"s"}, [], True),
    ):
        assert KINDS.is_followed(file(), ids, outputs) is is_asked
        assert KINDS.is_asked("r", file(), ids, outputs) is is_asked


def test_every_row_is_what_there_is_and_what_there_could_be() -> None:
    assert KINDS.every(file("oo1", "r")) == {"oo1", "s"}


def test_a_row_is_explained_by_what_it_reads_and_one_of_the_whole_file_by_all() -> None:
    assert KINDS.read_by(file(), "v1") == {"v1", "oo1", "oo2"}
    assert KINDS.read_by(file(), "oo1") == {"oo1"}
    assert KINDS.read_by(file(), "s") is None


def test_a_row_stays_with_those_it_is_said_to_stay_with() -> None:
    assert not KINDS.can_expire(file("oo1", "v1"), Row("v1"), 0)
    assert KINDS.can_expire(file("v1"), Row("v1"), 0)
    assert KINDS.can_expire(file("oo1"), Row("oo1"), 0)


def test_what_is_kept_never_goes_and_what_is_needed_stays_for_now() -> None:
    kept = kind("kept", "k", holds=(Holds(OrderChanged),), is_kept=True)
    needed = kind(
        "needed", "n", holds=(Holds(RefundChanged),), is_needed=lambda state, row, horizon_ms: horizon_ms < 10
    )
    kinds = RowKinds((kept, needed))
    assert kinds.master_data == {OrderChanged}
    assert not kinds.can_expire(file(), Row("k"), 99)
    assert [kinds.can_expire(file(), Row("n"), horizon_ms) for horizon_ms in (9, 10)] == [False, True]


def test_of_a_closed_file_only_what_closed_it_stays() -> None:
    closing = kind("closing", "c", holds=(Holds(ReviewPosted),), closes=True)
    kinds, state = RowKinds((ORDER, kind("kept", "k", holds=(Holds(TagStatus),), is_kept=True), closing)), file("oo1")
    state.is_closed = True
    assert kinds.closes is ReviewPosted
    assert [kinds.can_expire(state, Row(row_id), 0) for row_id in ("oo1", "k", "c")] == [True, True, False]


@pytest.mark.parametrize(
    ("kinds", "what"),
    [
        ((ORDER, kind("other", "o")), "one letter"),
        ((ORDER, kind("order", "p")), "one letter, or one name"),
        ((kind("order", "or"),), "no letter"),
        ((kind("a", "a", reads=(Reads("b"),)),), r"nobody declares: \['b'\]"),
        ((kind("a", "a", stays_with=("b",)),), r"nobody declares: \['b'\]"),
        ((kind("a", "a", holds=(Holds(OrderChanged, name=ORDER_ID),), follows=(Alert,)),), "more than one row"),
        (
            (kind("a", "a", holds=(Holds(OrderChanged, name=ORDER_ID), Holds(RefundChanged))),),
            "with and without a name",
        ),
        ((ORDER, kind("a", "a", holds=(Holds(OrderChanged, identity=INTERNAL_ID),))), "two kinds of ids"),
        ((kind("a", "a", holds=(Holds(TagRequested),)),), "what names a TagRequested"),
        ((ORDER, kind("a", "a", tells=(Alert,), reads=(Reads("order"),))), "does not say what it stays with"),
        ((ORDER, kind("a", "a", tells=(Alert,), follows=(TagStatus,))), "does not say what it stays with"),
    ],
)
def test_declarations_that_contradict_each_other_are_refused(kinds: Sequence[RowKind], what: str) -> None:
    with pytest.raises(ValueError, match=what):
        RowKinds(kinds)


@pytest.mark.parametrize(
    "declared",
    [
        {"tells": (Alert,), "stays_with": ("order",)},
        {"tells": (Alert,), "is_kept": True},
        {"tells": (Alert,), "is_needed": lambda state, row, horizon_ms: bool(state.rows)},
        {"tells": (Alert,), "holds": (Holds(TagStatus),)},
        {"reads": (Reads("order"),)},
    ],
    ids=["stays with others", "kept", "needed", "holds facts", "tells nothing"],
)
def test_what_tells_of_something_without_facts_says_how_long_it_is_held(declared: dict[str, Any]) -> None:
    assert RowKinds((ORDER, kind("a", "a", **declared))).letters["a"] == "a"
