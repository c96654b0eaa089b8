"""Sanctions on several rungs, claims refused, orders left out of figures, shops with points, and deadlines."""

from datetime import UTC, datetime

from cloudtag.contract.records import SubjectKind
from tests.warehouse.record_samples import at, claim, consequence
from tests.warehouse.samples import START_MS, order
from tests.warehouse.stories.story import Answer, Entry, Story, moment

NEWEST_DAY = 10
NEW_YEAR = (datetime(2025, 12, 31, 16, 30, tzinfo=UTC).timestamp() * 1000 - START_MS) / 86_400_000
"""Half an hour into 2026 in Shanghai, in days after the start; in UTC it is still 2025."""
SPEED = "refund_speed"
RATE = "refund_completion_rate"


def _sanctions() -> list[Entry]:
    def rung(buyer: str, name: str, confirmations: int, day: float, revision: int = 0, status: str = "active") -> Entry:
        details = {"sanction": name, "confirmations": str(confirmations), "network": "default"}
        told = consequence("sanction", "buyer", buyer, day, revision, status=status, details=details)
        return "consequences", told

    return [
        rung("nina", "warn", 1, 2),
        rung("uma", "warn", 1, 1),
        rung("rosa", "warn", 1, 1),
        rung("rosa", "real_name_check", 2, 3, 1),
        rung("otto", "freeze", 4, 1),
        rung("otto", "freeze", 4, 1, 1, "ended"),
        rung("pia", "warn", 1, 1),
        rung("pia", "warn", 1, 1, 1, "reversed"),
    ]


def _insurance() -> list[Entry]:
    def decided(order_id: str, decision: str, claims: str, revision: int = 0, status: str = "active") -> Entry:
        details = {"decision": decision, **({"claim_id": claims} if claims else {})}
        fields = {"status": status, "details": details, "shop_id": "s1"}
        told = consequence("insurance_decision", "order", order_id, 3, revision, **fields)
        return "consequences", told

    claims = [
        claim("k1", "claimed", 1, 1000),
        claim("k1", "claimed", 1, 1000),
        claim("k1", "claimed", 2, 1200, event_id="told anew"),
        claim("k1", "claimed", 2, 9900, event_id="elsewhere", platform="tmall"),
        claim("k2", "claimed", 1, 500),
        claim("k2", "paid", 2),
        claim("k3", "claimed", 1, 7000),
        claim("k4", "claimed", 1, 8000),
        claim("k6", "claimed", 1, 300),
        claim("k7", "claimed", 1, 400, order_id="o-k6"),
    ]
    orders = [order(number + 10, order_id=f"o-k{number}", shop_id="s1", platform="jd") for number in (1, 2, 3, 4, 6)]
    return [
        *(("insurance", one) for one in claims),
        *(("orders", one) for one in orders),
        decided("o-k1", "hold", "k1"),
        decided("o-k1", "refuse", "k1", 1),
        decided("o-k2", "refuse", "k2"),
        decided("o-k3", "pay", "k3"),
        decided("o-k4", "refuse", "k4"),
        decided("o-k4", "refuse", "k4", 1, "reversed"),
        decided("o-k5", "refuse", ""),
        decided("o-k6", "refuse", "k6, k7"),
    ]


def _exclusions() -> list[Entry]:
    def left_out(number: int, metrics: str, basis: str, revision: int = 0, status: str = "active") -> Entry:
        details = {"metrics": metrics, "basis": basis}
        fields = {"status": status, "details": details, "shop_id": f"shop-{number % 3}"}
        told = consequence("metric_exclusion", "order", f"o{number}", 4, revision, **fields)
        return "consequences", told

    return [
        *(("orders", order(number)) for number in (1, 2, 4, 5)),
        left_out(1, f"{SPEED}, {RATE}", "confirmed_tag"),
        left_out(4, SPEED, "upheld_complaint"),
        left_out(2, SPEED, "confirmed_tag"),
        left_out(5, SPEED, "confirmed_tag"),
        left_out(5, SPEED, "confirmed_tag", 1, "reversed"),
    ]


def _shops() -> list[Entry]:
    def penalty(shop: str, case: str, points: int, day: float, revision: int = 0, **said: str) -> Entry:
        status = said.pop("status", "active")
        details = {"case_id": case, "points": str(points), **said}
        told = consequence("shop_penalty", "shop", shop, day, revision, anchor=case, status=status, details=details)
        return "consequences", told

    def may(who: str, permission: str, reason: str, day: float, revision: int = 0, status: str = "active") -> Entry:
        details = {"permission": permission, "shop_id": "s9", "reason": reason}
        kind: SubjectKind = "shop" if who == "s9" else "account"
        told = consequence("permission", kind, who, day, revision, status=status, details=details)
        return "consequences", told

    return [
        penalty("p1", "A", 12, 1),
        penalty("p1", "A", 12, 1, 1, status="ended"),
        penalty("p1", "B", 48, 5),
        penalty("p1", "C", 12, NEW_YEAR - 0.1),
        penalty("p1", "G", 24, 3, year="2025"),
        penalty("p1", "D", 12, 2),
        penalty("p1", "D", 12, 2, 1, status="reversed"),
        penalty("p2", "E", 0, 2),
        penalty("p3", "F", 12, NEW_YEAR),
        penalty("p3", "H", 6, 4, year="2026", severe="true"),
        may("acc-1", "granted", "exam_passed", 1),
        may("acc-2", "granted", "exam_passed", 1),
        may("acc-2", "revoked", "leaked_to_buyer", 4, 1),
        may("s9", "revoked", "leaked_to_buyer", 4),
        may("acc-3", "revoked", "false_report", 3),
        may("acc-3", "revoked", "false_report", 3, 1, "reversed"),
    ]


def _deadlines() -> list[Entry]:
    def breach(name: str, day: float, revision: int = 0, status: str = "active", until: float | None = None) -> Entry:
        fields = {"details": {"complaint_id": name}, "status": status, "ends_at": until and at(until)}
        return "consequences", consequence("sla_breach", "order", f"o-{name}", day, revision, anchor=name, **fields)

    def warning(refund_id: str, until: float, revision: int = 0, status: str = "active") -> Entry:
        fields = {"details": {"refund_id": refund_id}, "status": status, "ends_at": at(until)}
        return "consequences", consequence("deadline_warning", "order", f"o-{refund_id}", until - 1, revision, **fields)

    return [
        breach("late", 5),
        breach("late", 5, 1, "ended", 6.25),
        breach("open", 7),
        breach("mistaken", 2),
        breach("mistaken", 2, 1, "reversed"),
        warning("r2", 10.5),
        warning("r1", 10.25),
        warning("r3", 9.5),
        warning("r3", 9.5, 1, "ended"),
        ("orders", order(99, occurred_at=at(NEWEST_DAY))),
    ]


ANSWERS = {
    "in_force": Answer(
        [
            ("deadline_warning", "order", 2, moment(9.25)),
            ("insurance_decision", "order", 5, moment(3)),
            ("metric_exclusion", "order", 3, moment(4)),
            ("permission", "account", 2, moment(1)),
            ("permission", "shop", 1, moment(4)),
            ("sanction", "buyer", 3, moment(1)),
            ("shop_penalty", "shop", 6, moment(NEW_YEAR - 0.1)),
            ("sla_breach", "order", 1, moment(7)),
        ]
    ),
    "sanctions": Answer([("default", "warn", 2, 0, moment(1)), ("default", "real_name_check", 1, 1, moment(3))]),
    "insurance_saved": Answer([("jd", "CNY", 4, 1, 19.0)]),
    "excluded_orders": Answer([("shop-1", SPEED, 2, 1), ("shop-1", RATE, 1, 1), ("shop-2", SPEED, 1, 1)]),
    "penalty_points": Answer([("p1", 60, 2, 1, moment(5)), ("p3", 18, 2, 2, moment(4))]),
    "late_decisions": Answer(
        [("open", "jd", "active", moment(7), None, 72), ("late", "jd", "ended", moment(5), moment(6.25), 30)]
    ),
    "deadlines": Answer([("r1", "o-r1", moment(10.25), 360), ("r2", "o-r2", moment(10.5), 720)]),
    "permissions": Answer([("s9", "", "leaked_to_buyer", moment(4)), ("s9", "acc-2", "leaked_to_buyer", moment(4))]),
    "changed_consequences": Answer(
        [
            ("sla_breach", 3, 5, 1, 0.333),
            ("metric_exclusion", 4, 5, 1, 0.25),
            ("permission", 4, 6, 1, 0.25),
            ("sanction", 5, 8, 1, 0.2),
            ("insurance_decision", 6, 8, 1, 0.167),
            ("shop_penalty", 8, 10, 1, 0.125),
            ("deadline_warning", 3, 4, 0, 0.0),
        ]
    ),
}
CONSEQUENCE_STORY = Story(
    "Consequences", [*_sanctions(), *_insurance(), *_exclusions(), *_shops(), *_deadlines()], ANSWERS
)
