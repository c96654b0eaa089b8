"""What people do and look at on the surfaces, as records: who has a case in hand, who saw what.

`occurred_at` is the surface's own clock, in milliseconds UTC: these are no facts about buyers, and nothing is judged by
them.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from cloudtag.contract.types import Millis, Note, Revision, Token

CaseActKind = Literal["unknown", "claim", "release", "snooze", "propose", "approve", "decline"]
"""Somebody has a case in hand, or has it no longer, or does not want to see it for a while; proposes what a second
person must approve, approves it, or does not."""
ProposedAct = Literal["unknown", "verdict", "tag", "report", "limit"]
"""What waits for a second person: an answer to an alert, a tag, a report to the platform, an order limit."""
AuditKind = Literal["unknown", "view", "act", "refused"]
"""A page was shown, something was done, or either was refused."""


class CaseAct(Struct, frozen=True, kw_only=True):
    """Who has a case in hand (stream `case-acts`, key alert_id). A claim ends by itself after an hour.

    `until_at`: until when a snoozed case is out of its actor's queue, or a proposal may be approved. `revision`: of the
    alert, as it was seen. Of a proposal: `proposed` and `said` (a JSON object of what the form said) are what is
    done once another person approves, in the name of `account_id`, about `buyer_id`, with whom it is forgotten.
    `about_id`: the proposal that is approved or declined.
    """

    event_id: Token
    occurred_at: Millis
    platform: Token
    alert_id: Token
    actor: Token
    act: CaseActKind = "unknown"
    shop_id: Token | None = None
    until_at: Millis | None = None
    revision: Revision | None = None
    about_id: Token | None = None
    proposed: ProposedAct | None = None
    said: Annotated[str, Meta(max_length=16_384)] | None = None
    account_id: Token | None = None
    buyer_id: Token | None = None


class AuditEntry(Struct, frozen=True, kw_only=True):
    """Who looked at or did what, when, and from where (stream `audit`, key actor).

    `what`: the address without what was typed into it. `sent_event_id`: the event an act became. `status`: the answer's
    HTTP status. `origin`: the network address the request came from.
    """

    event_id: Token
    occurred_at: Millis
    actor: Token
    role: Token
    kind: AuditKind = "unknown"
    what: Annotated[str, Meta(max_length=1024)]
    alert_id: Token | None = None
    sent_event_id: Token | None = None
    status: Annotated[int, Meta(ge=100, le=599)]
    origin: Token | None = None
    reason: Note | None = None
