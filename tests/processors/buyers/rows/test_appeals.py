"""The buyer's appeals: kept without end, judged with the consequences."""

from msgspec.structs import replace

from cloudtag.contract import disputes
from cloudtag.contract import events as ev
from cloudtag.contract.disputes import AppealChanged
from cloudtag.contract.scope import scoped
from cloudtag.engine.task_row import TASK_KEY
from cloudtag.policy.load import shipped
from cloudtag.processors.buyers.reading import HELD_MS
from cloudtag.replay.topology import Topology, memory_rows
from tests.processors.buyers.acts import on_stage, ordered
from tests.processors.buyers.tagged import appealed, confirmed, sanctions
from tests.processors.scene import DAY, T0

APPEAL = AppealChanged("app-1", T0, "taobao", "p1", "b1", "q1", "opened")


def test_all_that_is_said_of_appeals_is_held_in_one_row() -> None:
    scene = on_stage(appealed("q1"), appealed("q2", "upheld", T0, "p2"), appealed("q1"))
    assert (scene.names("appeals"), scene.ids("appeals")) == ([""], ["p1", "p2"])
    scene.come(AppealChanged("p3", T0, "taobao", "ap1", "b2", "q1", "opened"))
    assert scene.ids("appeals") == ["p1", "p2"]


def test_it_says_nothing_itself_and_asks_for_those_that_do() -> None:
    scene = on_stage(appealed("q1"))
    assert scene.published == []
    judged = {kind for kind in scene.state.letters if scene.judged(kind)}
    assert judged == {"appeals", "consequences", "unheard"}
    scene.come(ordered())
    assert scene.judged("appeals") == set()


def test_a_decision_reverses_and_one_replaced_by_another_of_its_id_does_not() -> None:
    """Of two events under one id the one that sorts first counts."""
    scene = confirmed()
    (sanction,) = sanctions(scene)
    scene.come(appealed(sanction.consequence_id, "opened"))
    upheld = appealed(sanction.consequence_id, "upheld", T0 + 2 * DAY, "p2")
    scene.come(upheld)
    assert [told.status for told in sanctions(scene)] == ["reversed"]
    scene.come(replace(upheld, platform="Taobao", status="rejected"))
    assert [told.status for told in sanctions(scene)] == ["active"]


def test_judging_twice_is_judging_once() -> None:
    scene = on_stage(appealed("q1"))
    assert scene.probe() == set()
    assert scene.come(appealed("q1")) == []


def test_it_keeps_no_other_row_but_what_was_unheard() -> None:
    scene = on_stage(ordered(), appealed("q1"))
    scene.wait(T0 + 4 * HELD_MS)
    assert {row_id[0] for row_id in scene.state.rows} == {
        scene.state.letters["appeals"], scene.state.letters["unheard"],
    }  # fmt: skip


def test_an_appeal_is_never_too_late_and_never_let_go() -> None:
    rows = memory_rows()
    topology = Topology(shipped(), rows=rows)
    limit = disputes.OrderLimitChanged("lim-1", T0 + 5000 * DAY, "taobao", "s1", "b2", "main", "set")
    topology.feed([limit])
    topology.feed([APPEAL])
    assert topology.too_late == []
    list(topology.pass_time(T0 + 9000 * DAY))
    resumed = Topology(shipped(), rows=rows)
    resumed.open()
    resumed.feed([APPEAL])
    kept = [key for key, _ in rows["buyers"].all_rows() if key != TASK_KEY]
    assert len(kept) == 1
    resumed.feed([ev.ErasureRequested("era-1", T0, "taobao", "b1")])
    state = resumed.tasks["buyers"].cache.resident(scoped("taobao", "b1"))
    assert state is not None
    assert [row.id for row in state.rows.values() if row.facts] == [state.row_id("erasure")]
