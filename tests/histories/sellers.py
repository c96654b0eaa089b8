"""Random histories of shops: cases of violations, findings of abuse and their withdrawal, accounts that come and go."""

from hypothesis import strategies as st

from cloudtag.contract import events as ev
from cloudtag.contract.types import AbuseKind, AccountStatus, ViolationStatus

CASES = {"c1": "s1", "c2": "s1", "c3": "s1", "c4": "s2"}
STATUSES: tuple[ViolationStatus, ...] = (
    "found", "found", "found", "appealed", "appealed", "appeal_upheld", "appeal_failed", "cleaned"
)  # fmt: skip


@st.composite
def violation(draw: st.DrawFn, event_id: str, at: int) -> ev.ViolationChanged:
    case_id = draw(st.sampled_from(sorted(CASES)))
    orders = draw(st.sampled_from((0, 1, 60, 97)))
    return ev.ViolationChanged(
        event_id, at, draw(st.sampled_from(("taobao", "tmall"))), case_id, CASES[case_id],
        draw(st.sampled_from(STATUSES)), draw(st.integers(0, 9)) == 0, tuple(f"v{n}" for n in range(orders)),
    )  # fmt: skip


@st.composite
def abuse(draw: st.DrawFn, event_id: str, at: int) -> ev.AbuseFound:
    kind: AbuseKind = draw(st.sampled_from(("false_report", "wrong_scenario", "leaked_to_buyer")))
    return ev.AbuseFound(event_id, at, "jd", draw(st.sampled_from(("s1", "s2"))), None, kind)


@st.composite
def withdrawal(draw: st.DrawFn, event_id: str, at: int) -> ev.AbuseFound:
    """Of whatever event has that id: an earlier finding, another withdrawal, a later one, none at all."""
    named = f"e{draw(st.integers(0, 11))}"
    return ev.AbuseFound(event_id, at, "jd", draw(st.sampled_from(("s1", "s2"))), None, "false_report", named)


@st.composite
def account(draw: st.DrawFn, event_id: str, at: int) -> ev.AccountChanged:
    status: AccountStatus = draw(st.sampled_from(("exam_passed", "exam_passed", "revoked", "unknown")))
    account_id = draw(st.sampled_from(("main", "sub")))
    return ev.AccountChanged(event_id, at, "jd", draw(st.sampled_from(("s1", "s2"))), account_id, status)


SELLING = (violation,)
FINDING = (abuse, abuse, withdrawal, withdrawal, withdrawal, account)
