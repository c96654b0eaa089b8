"""The records cloudtag publishes, one struct per output stream.

Every record but a dead letter is reversible: a higher `revision` under the same id replaces the lower one.
Times are event time in milliseconds UTC unless the field says otherwise.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

AlertStatus = Literal["unknown", "open", "upgraded", "withdrawn", "resolved"]
Severity = Literal["unknown", "low", "medium", "high", "critical"]
SEVERITIES = ("low", "medium", "high", "critical")
"""Weakest first. `unknown` is what a reader of an older schema sees, nothing that is ever published."""
Family = Literal["unknown", "refund", "order", "complaint", "review", "buyer"]
TagState = Literal["unknown", "rejected", "pending", "confirmed", "expired", "voided"]
ConfirmationStatus = Literal["unknown", "confirmed", "reversed"]
Basis = Literal["unknown", "shops", "platform_evidence"]
ConsequenceStatus = Literal["unknown", "active", "reversed", "ended"]
ReportState = Literal["unknown", "rejected", "pending", "overdue", "upheld", "refused", "withdrawn"]
LabelStatus = Literal["unknown", "standing", "withdrawn"]
LabelKind = Literal["unknown", "true_positive", "false_positive"]
SubjectKind = Literal["unknown", "buyer", "order", "shop", "account"]
Historical = bool | UnsetType
"""Whether what a record says was decided before the installation went live (`live_since`), by the times of what it
rests on; unset where the installation names no such moment. A record that is taken back keeps what it said."""


class Reference(Struct, frozen=True, array_like=True, gc=False):
    """An input event a record rests on."""

    stream: str
    event_id: str
    occurred_at: int


class ShopOrder(Struct, frozen=True, array_like=True, gc=False):
    """An order, with the shop it was placed at: its id means something only there."""

    shop_id: str
    order_id: str


class Refutation(Struct, frozen=True, array_like=True, gc=False):
    """An input event that refuted an alert."""

    stream: str
    event_id: str
    occurred_at: int


class Alert(Struct, frozen=True, kw_only=True):
    """A pattern was found in a buyer's facts (stream `alerts`, key buyer_id).

    On a withdrawn revision `withdrawn_by` are the events that refuted it (none when time alone did),
    `withdrawn_because` says so in a sentence, and `decided_at` is the moment of the withdrawal; all else is as it was
    last published, but for the ids of others where somebody is to be forgotten. `verdict` is what resolved it.
    """

    alert_id: str
    revision: int
    status: AlertStatus
    detector: str
    scenario: str
    family: Family
    severity: Severity
    platform: str
    buyer_id: str
    shop_id: str | None = None
    order_ids: tuple[str, ...] = ()
    refund_ids: tuple[str, ...] = ()
    waybill_nos: tuple[str, ...] = ()
    linked_buyer_ids: tuple[str, ...] = ()
    first_event_at: int
    decided_at: int
    evidence: tuple[Reference, ...] = ()
    facts: dict[str, str] = {}
    explanation: str
    explanation_zh: str
    recommendation: str | None = None
    route: str | None = None
    policy_version: str
    orders: tuple[ShopOrder, ...] = ()
    amount_at_stake_minor: int | None = None
    currency: str | None = None
    withdrawn_by: tuple[Refutation, ...] = ()
    withdrawn_because: str | None = None
    withdrawn_because_zh: str | None = None
    verdict: str | None = None
    historical: Historical = UNSET


class TagStatus(Struct, frozen=True, kw_only=True):
    """What became of one tagged order (stream `tag-statuses`, key buyer_id).

    `put_at` is when the tag was put, `due_at` when it is decided or published anew (J12). The status of a submission
    that
    names no order has neither buyer nor order, and the shop for its key.
    """

    tag_id: str
    revision: int
    status: TagState
    reason: str | None = None
    shown_as: str
    platform: str
    buyer_id: str
    shop_id: str
    order_id: str
    scenario: str | None = None
    distinct_shops: int
    threshold: int
    window_days: int
    decided_at: int
    policy_version: str
    due_at: int | None = None
    put_at: int | None = None
    historical: Historical = UNSET


class TagConfirmation(Struct, frozen=True, kw_only=True):
    """A buyer is confirmed malicious under a scenario (stream `tag-confirmations`, key buyer_id).

    `independent_shops`: how many owners the shops have (F18). `reached_ms`: when there were as many of them as the
    threshold asks for, twice as many, and so on; the first is `confirmed_at`.
    """

    confirmation_id: str
    revision: int
    status: ConfirmationStatus
    platform: str
    buyer_id: str
    scenario: str
    basis: Basis
    tag_ids: tuple[str, ...] = ()
    shop_ids: tuple[str, ...] = ()
    order_ids: tuple[str, ...] = ()
    alert_ids: tuple[str, ...] = ()
    confirmed_at: int
    policy_version: str
    independent_shops: int = 0
    reached_ms: tuple[int, ...] = ()
    historical: Historical = UNSET


class Consequence(Struct, frozen=True, kw_only=True):
    """What follows from alerts, tags or cases for a subject (stream `consequences`, key subject_id).

    `shop_id` is the shop of an order or account: their ids mean something only there.
    """

    consequence_id: str
    revision: int
    status: ConsequenceStatus
    kind: str
    subject_kind: SubjectKind
    subject_id: str
    platform: str
    because: tuple[str, ...] = ()
    details: dict[str, str] = {}
    starts_at: int
    ends_at: int | None = None
    policy_version: str
    shop_id: str | None = None
    historical: Historical = UNSET


class ReportStatus(Struct, frozen=True, kw_only=True):
    """A shop's complaint or report as its platform handles it (stream `report-statuses`, key buyer_id; B11, A2 to A10).

    `report_id` is the complaint's id, unique inside its shop. `channel` is where it was put. `vouchers_complete`: a
    picture, SMS or call record is with it; `chat_authorised`: so is the number of the chat. `due_at` is when the
    platform must have decided, `cleaned_by` until when the figures must be clean once it is upheld.
    """

    report_id: str
    revision: int
    status: ReportState
    reason: str | None = None
    scenario: str
    channel: str
    platform: str
    buyer_id: str
    shop_id: str
    order_id: str | None = None
    vouchers_complete: bool = False
    chat_authorised: bool = False
    put_at: int
    due_at: int | None = None
    cleaned_by: int | None = None
    decided_at: int
    policy_version: str
    historical: Historical = UNSET


class Label(Struct, frozen=True, kw_only=True):
    """A shop's verdict on an alert, as a label for measuring detectors (stream `labels`, key buyer_id; A21 to A24).

    `abnormal` makes a true positive, `normal` a false one, `ignore` none. A later verdict replaces it, and with the
    alert it is withdrawn. `labelled_at` is the verdict's event time.
    """

    label_id: str
    revision: int
    status: LabelStatus
    label: LabelKind
    alert_id: str
    detector: str
    scenario: str
    family: Family
    severity: Severity
    platform: str
    buyer_id: str
    shop_id: str | None = None
    answered_by_shop_id: str
    account_id: str
    labelled_at: int
    policy_version: str
    historical: Historical = UNSET


NO_OFFSET = -1
"""The offset of a dead letter about an event that was accepted before: where it stood is not known any more."""
CONFLICTING = "another event of this stream stands under the same id"
"""What the dead letter of a `conflicting_event` says."""


class DeadLetter(Struct, frozen=True, kw_only=True):
    """An input that could not be judged, with its bytes and the reason (stream `dead-letters`).

    One about an event that was taken and found nothing it could be about (F19) names no place: `partition` is -1 and
    `offset` a negative number that stands for the event.
    `seen_at` is broker time (the record's timestamp), or the time of reading where there is no broker. A record that is
    too large for a dead letter is cut: `key_bytes`, `value_bytes` and `value_sha256` then describe the whole.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None = None
    value: bytes | None = None
    reason: str
    error: str
    seen_at: int
    key_bytes: int | None = None
    value_bytes: int | None = None
    value_sha256: str | None = None

    @property
    def is_cut(self) -> bool:
        """Whether the dead letter holds only the beginning of its record."""
        return self.key_bytes is not None or self.value_bytes is not None
