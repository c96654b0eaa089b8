"""The one row of an attribute: its uses, and a report to each buyer for whom there are others."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from cloudtag.contract.links import AttributeUsed, LinkReported
from cloudtag.contract.scope import scoped
from cloudtag.engine.judgement import EMPTY, Judgement
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.revise import Conclusion
from cloudtag.engine.row_kind import INTERNAL_ID, Holds, RowKind
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.base import DAY_MS, LONGEST_WINDOW_DAYS
from cloudtag.processors.links.joins import CLAIM_KINDS, Uses, kind_of, others_of

HELD_MS = (LONGEST_WINDOW_DAYS + 30) * DAY_MS
"""How long a use is held, and a link outlives its last."""


class UsesIndex(Struct, gc=False):
    """What was ever seen of an attribute: every article is shown, few are claimed."""

    is_claimed: bool = False
    """Whether any use came with claims."""


def _index(state: KeyedState, row: Row, fact: AttributeUsed) -> Iterable[str]:
    """Note claims."""
    del row
    if fact.claims:
        state.index.is_claimed = True
    return ()


def _use_id(use: AttributeUsed) -> str:
    """A buyer shows an attribute once, unless it is about something.

    An internal record's id begins with a bracket, a buyer's scoped one with a number.
    """
    return scoped(use.network, use.buyer_id) if use.buyer_id and not use.subject else use.internal_id


def _judge(state: KeyedState, row: Row, policies: Policies, now_ms: int) -> Judgement:
    """A report to each buyer for whom there are others."""
    del now_ms
    if len(row.facts) < 2 and not state.index.is_claimed:
        return EMPTY
    kind = kind_of(state.id)
    # Nobody learns of others of an area, or an article, unless somebody claims something.
    if kind in CLAIM_KINDS and not state.index.is_claimed:
        return EMPTY
    # Whoever asks who else ordered an article is answered if nobody did, too.
    fewest = 1 if kind == "sku" else 2
    if len(row.facts) < fewest:
        return EMPTY
    uses = _recent([use for use in row.facts.values() if use.is_held])
    if len(uses) < fewest:
        return EMPTY
    judgement = Judgement()
    uses.sort(key=INTERNAL_ID)
    first = min(uses, key=lambda use: use.occurred_at)
    rules = policies.at(first.platform, first.occurred_at).links
    for party, others in others_of(state.id, uses, rules).items():
        network, buyer_id = party
        # A shop's use may be years old and still be taken back: it is as young as whoever meets it.
        has_shop = any(not use.buyer_id for use in others)
        own = [use for use in uses if use.party == party] if has_shop or not others else []
        newest_ms = max(use.occurred_at for use in (*others, *own))
        seen = tuple(_plain(use).seen_from(network) for use in others)
        report = LinkReported(0, True, buyer_id, state.id, newest_ms, seen, network)
        report_id = report.internal_id
        judgement.conclusions[report_id] = Conclusion(report_id, buyer_id, newest_ms, report)
    return judgement


def _recent(uses: Uses) -> Uses:
    """Without those that ended long before the newest: former tenants, sold phones. A shop's hold until it changes."""
    newest_ms = max([use.occurred_at for use in uses], default=0)
    return [use for use in uses if not use.buyer_id or use.occurred_at >= newest_ms - HELD_MS]


def _plain(use: AttributeUsed) -> AttributeUsed:
    """The use without its revision and what caused it, which depend on the order of arrival."""
    return replace(use, revision=0, because=()) if use.revision else use


def _is_of_shop(state: KeyedState, row: Row, horizon_ms: int) -> bool:
    """What a shop says of itself holds until it says otherwise."""
    del state, horizon_ms
    return any(use.is_held and not use.buyer_id for use in row.facts.values())


USES = RowKind(
    name="uses",
    letter="u",
    judge=_judge,
    holds=(Holds(AttributeUsed, identity=_use_id),),
    tells=(LinkReported,),
    index=_index,
    is_needed=_is_of_shop,
)
