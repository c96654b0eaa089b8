"""Who may tag: accounts that passed the exam, of shops that did not misuse it (B13, B14, J13).

To let a buyer know of a tag is such a misuse (T10); no record is addressed to buyers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from cloudtag.contract.events import AbuseFound, AccountChanged, TagSubmitted
from cloudtag.contract.ids import digest_id
from cloudtag.contract.records import Consequence, SubjectKind
from cloudtag.contract.types import LATEST_MS
from cloudtag.detection.windows import holding
from cloudtag.policy.model import Policies, Policy


class Permission(NamedTuple):
    """What an account, or a shop as a whole, may do, and until when (event time) that may still be corrected."""

    record: Consequence
    since_ms: int


def standing_abuses(abuses: Iterable[AbuseFound]) -> list[AbuseFound]:
    """The findings that stand, earliest first (J13).

    An event may take an earlier one of the same shop back, and may be taken back by a later one itself; it finds
    nothing. What names itself, a later event or an unknown one takes nothing back.
    """
    standing: list[AbuseFound] = []
    taken_back: set[str] = set()
    for abuse in sorted(abuses, key=_moment, reverse=True):
        if abuse.event_id in taken_back:
            continue
        if abuse.withdraws is None:
            standing.append(abuse)
        else:
            taken_back.add(abuse.withdraws)
    return standing[::-1]


def taken_back(withdrawals: Iterable[TagSubmitted]) -> dict[str, str]:
    """By the event id of what is taken back, the event that does so.

    `withdrawals`: the submissions that take others back. A later one may take back one of these, and then nothing of it
    holds; what names itself takes nothing back.
    """
    by: dict[str, str] = {}
    for withdrawal in sorted(withdrawals, key=_moment, reverse=True):
        of = withdrawal.withdraws
        if of is not None and of != withdrawal.event_id and withdrawal.event_id not in by:
            by[of] = withdrawal.event_id
    return by


def may_tag(
    submission: TagSubmitted, changes: Iterable[AccountChanged], abuses: Iterable[AbuseFound], policy: Policy
) -> bool:
    """Whether the account's exam was in force when it submitted, and nothing was found of the shop (B13, B14, J13).

    `abuses`: the standing findings. Where a platform knows no exam (A18), every account may that was not revoked.
    """
    at_ms = submission.occurred_at
    if any(abuse.occurred_at <= at_ms for abuse in abuses):
        return False
    own = [c for c in changes if c.account_id == submission.account_id and c.occurred_at <= at_ms]
    last = max(own, key=_moment, default=None)
    if policy.tags.needs_exam:
        return last is not None and last.status == "exam_passed"
    return last is None or last.status != "revoked"


def judge_permissions(
    changes: Iterable[AccountChanged],
    abuses: list[AbuseFound],
    submissions: Iterable[TagSubmitted],
    policies: Policies,
) -> Iterator[Permission]:
    """The `permission` of every account that is known of, and of the shop once it misused tagging.

    `abuses`: the standing findings, earliest first. From the first of them on every account is revoked for good,
    whatever exam it passes later; before, an account is what was last said of it. Accounts that only submitted are
    known too, as long as their submissions are held.
    """
    accounts: dict[str, list[AccountChanged]] = {}
    for change in sorted(changes, key=_moment):
        accounts.setdefault(change.account_id, []).append(change)
    if not abuses:
        for account_id, said in sorted(accounts.items()):
            yield from _as_said(account_id, said, policies)
        return
    known = dict.fromkeys(accounts, LATEST_MS)
    for submission in submissions:
        known[submission.account_id] = max(known.get(submission.account_id, 0), submission.occurred_at)
    abuse = abuses[0]
    for account_id, since_ms in sorted(known.items()):
        yield Permission(_record(abuse, "revoked", abuse.kind, policies, ("account", account_id)), since_ms)
    yield Permission(_record(abuse, "revoked", abuse.kind, policies, ("shop", abuse.shop_id)), LATEST_MS)


def _as_said(account_id: str, said: list[AccountChanged], policies: Policies) -> Iterator[Permission]:
    """Since the first of the last changes that all agree, so that saying the same again changes nothing."""
    last = said[-1].status
    run = holding(said, lambda change: change.status == last)
    assert run is not None, "the last change says so itself"
    if last == "unknown":
        return
    permission, reason = ("granted", "exam_passed") if last == "exam_passed" else ("revoked", "account_revoked")
    yield Permission(_record(run.first, permission, reason, policies, ("account", account_id)), LATEST_MS)


def _record(
    event: AccountChanged | AbuseFound, permission: str, reason: str, policies: Policies, of: tuple[SubjectKind, str]
) -> Consequence:
    subject_kind, subject_id = of
    about = (event.shop_id, subject_id) if subject_kind == "account" else (event.shop_id,)
    return Consequence(
        consequence_id=digest_id("permission", policies.networks[event.platform], *about),
        revision=0,
        status="active",
        kind="permission",
        subject_kind=subject_kind,
        subject_id=subject_id,
        platform=event.platform,
        because=(event.event_id,),
        details={"permission": permission, "shop_id": event.shop_id, "reason": reason},
        starts_at=event.occurred_at,
        policy_version=policies.at(event.platform, event.occurred_at).version,
        # What a shop calls its accounts means something only there.
        shop_id=event.shop_id if subject_kind == "account" else None,
    )


def _moment(event: AccountChanged | AbuseFound | TagSubmitted) -> tuple[int, str]:
    return event.occurred_at, event.event_id
