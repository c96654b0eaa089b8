"""A waybill number's scans and uses: what its buyers are told, and when there is anything to tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cloudtag.contract.events import ParcelScanned
from cloudtag.contract.parcels import ParcelReported, Role, WaybillUsed
from cloudtag.contract.types import ScanKind
from cloudtag.parcels.told import told_of
from cloudtag.processors.parcels.parcels import Parcels
from cloudtag.processors.parcels.reports import MAX_USES, reports_of
from tests.engine.standing import records_of
from tests.parcels.making import LAW, START_MS, histories
from tests.processors.scene import DAY, HOUR, T0, Scene

NUMBER = "SF1234567890"
HELD_MS = Parcels.retention_ms


def scan(kind: ScanKind, at: int = T0 + HOUR, number: str = NUMBER, event_id: str = "") -> ParcelScanned:
    return ParcelScanned(event_id or f"scan-{kind}-{at}", at, "taobao", "sf", number, scan=kind)


def use(role: Role = "outbound", buyer: str = "b1", at: int = T0, carrier: str | None = "sf") -> WaybillUsed:
    refund = "r1" if role == "return" else None
    return WaybillUsed(
        0, True, NUMBER, role, at, "e1", "taobao", buyer, "s1", f"o-{buyer}", refund, carrier, network="taobao"
    )


def on_stage(*facts: ParcelScanned | WaybillUsed) -> Scene:
    scene = Scene("parcels", NUMBER)
    scene.come(*facts)
    return scene


def reports(scene: Scene) -> dict[str, ParcelReported]:
    return {report.buyer_id: report for report in records_of(scene.published, ParcelReported)}


def test_scans_and_uses_are_held_under_their_number() -> None:
    scene = on_stage(scan("accepted"), use(), use("return"), use())
    assert scene.names("parcel") == [""]
    assert scene.ids("parcel") == sorted([scan("accepted").event_id, use().internal_id, use("return").internal_id])


def test_a_scan_asks_for_its_own_number_alone() -> None:
    scene = on_stage(use())
    scene.come(scan("signed"))
    assert scene.judged("parcel") == {""}
    assert (scene.judged("seen"), scene.judged("waiting")) == (set(), set())
    scene.come(scan("signed", number="SF1234567891"))
    assert scene.judged("parcel") == set()


def test_each_buyer_who_uses_it_is_told_under_its_name() -> None:
    scene = on_stage(use(), use(buyer="b2"), scan("signed"))
    told = [output for output in scene.published if output.stream == "parcel-reports"]
    assert sorted(output.key for output in told) == ["b1", "b2"]
    report = reports(scene)["b1"]
    assert (report.waybill_no, report.revision, report.occurred_at) == (NUMBER, 0, T0 + HOUR)
    assert [journey.delivered.event_id for journey in report.journeys if journey.delivered] == [scan("signed").event_id]


@pytest.mark.parametrize("facts", [(scan("signed"),), (use(),), (use(), scan("accepted"))])
def test_nothing_is_told_of_what_nobody_uses_or_is_still_under_way(facts: tuple[ParcelScanned | WaybillUsed]) -> None:
    assert reports(on_stage(*facts)) == {}


@pytest.mark.parametrize("kind", ["signed", "collected", "refused", "returned"])
def test_the_end_of_the_way_is_told_of(kind: ScanKind) -> None:
    assert reports(on_stage(use(), scan("arrived"), scan(kind, T0 + DAY))).keys() == {"b1"}


def test_of_a_return_and_of_a_courier_that_is_not_known_every_step_is_told() -> None:
    assert reports(on_stage(use("return"), scan("accepted"))).keys() == {"b1"}
    assert reports(on_stage(use(carrier=None), scan("accepted"))).keys() == {"b1"}
    assert "b1" in reports(on_stage(use("return"), use(buyer="b2"), scan("accepted")))
    assert "b1" in reports(on_stage(use(carrier=None), use(buyer="b2"), scan("accepted")))


def test_a_use_taken_back_takes_its_report_back_and_no_other() -> None:
    scene = on_stage(use(), use(buyer="b2"), scan("signed"))
    gone = replace(use(), revision=1, is_held=False)
    told = records_of(scene.come(gone), ParcelReported)
    assert [(report.buyer_id, report.revision, report.is_held) for report in told] == [("b1", 1, False)]


def test_a_scan_that_comes_twice_changes_nothing() -> None:
    scene = on_stage(use(), scan("signed"))
    assert scene.come(scan("signed")) == []
    assert len(scene.probe()) == 1


def test_it_is_let_go_to_the_millisecond() -> None:
    assert on_stage(use(), scan("signed")).goes_after(T0 + HOUR + HELD_MS, "parcel")


@pytest.mark.parametrize(("at", "is_told"), [(T0, True), (T0 - 1, False)])
def test_a_scan_as_old_as_what_is_held_still_counts(at: int, is_told: bool) -> None:
    scene = on_stage(use())
    scene.come(scan("accepted", T0 + HELD_MS, "SF1234567891"))
    scene.come(use("return", at=T0 + HELD_MS))
    told = records_of(scene.come(scan("accepted", at)), ParcelReported)
    assert bool(told) is is_told
    assert [fact.event_id for fact in scene.too_late] == ([] if is_told else [scan("accepted", at).event_id])


@given(
    histories(), st.sampled_from(("outbound", "return")), st.sampled_from((None, "sf", "yto")), st.integers(-99, 999)
)
@LAW
def test_whoever_alone_uses_a_number_is_told_the_same_as_beside_somebody_who_is_sent_something(
    scans: list[ParcelScanned], role: Role, carrier: str | None, hours: int
) -> None:
    one = use(role, at=START_MS + hours * HOUR, carrier=carrier)
    told = told_of(scans, [one])
    alone, beside = list(reports_of([one], told)), list(reports_of([use(buyer="b2"), one], told))
    assert alone == beside


def returned(n: int, at: int, order: str = "") -> WaybillUsed:
    """One of very many who send back under one number."""
    return replace(use("return", f"b{n}", at), order_id=order or f"o{n}")


@pytest.mark.parametrize(
    ("known", "at", "told"),
    [
        (MAX_USES - 1, T0 + DAY, MAX_USES),
        (MAX_USES, T0 + DAY, 1),
        (2 * MAX_USES, T0 + DAY, 1),
        (2 * MAX_USES, T0 - 1, 2 * MAX_USES + 1),
    ],
    ids=["so many are told of", "one more concerns its buyer alone", "however many there are", "an earlier one all"],
)
def test_one_more_of_very_many_is_told_to_those_whose_report_names_it(known: int, at: int, told: int) -> None:
    scene = on_stage(*(returned(n, T0 + n) for n in range(known)))
    before = len(reports(scene))
    assert before == known
    new = records_of(scene.come(returned(known, at)), ParcelReported)
    assert len(new) == told
    assert {report.use_count for report in new} == {min(known + 1, MAX_USES)}
    assert all(len(report.uses) == report.use_count for report in new)


def test_of_very_many_a_buyer_is_told_of_all_own_ones_and_of_the_earliest_others() -> None:
    latest = [returned(1_000, T0 + DAY + n, f"own{n}") for n in range(3)]
    scene = on_stage(*(returned(n, T0 + n) for n in range(2 * MAX_USES)), *latest)
    own = reports(scene)["b1000"]
    assert [told.order_id for told in own.uses[:3]] == ["own0", "own1", "own2"]
    assert [told.order_id for told in own.uses[3:]] == [f"o{n}" for n in range(MAX_USES - 3)]
    assert own.occurred_at == T0 + DAY + 2
    other = reports(scene)["b5"]
    assert [told.order_id for told in other.uses] == ["o5", *(f"o{n}" for n in range(MAX_USES) if n != 5)]
    # Later ones that it is not told of are no news to it.
    assert other.occurred_at == T0 + MAX_USES - 1
