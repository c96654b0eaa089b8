"""What the pages of one desk share."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from msgspec import Struct

from cloudtag.desk.asking import Asking
from cloudtag.desk.auditing import AuditLog
from cloudtag.desk.looking import Looking
from cloudtag.desk.oidc_tries import OidcDoor
from cloudtag.desk.publishing import Publish
from cloudtag.desk.session import SignedIn
from cloudtag.policy.model import Policies
from cloudtag.serving.engine_way import EngineWay

UNDO_SECONDS = 10.0
MOST_SENT = 10_000


@dataclass(frozen=True, slots=True)
class SentAct:
    """What somebody sent: the event, or the first of several, and what takes it back."""

    event: Struct
    undone_by: Callable[[int], Sequence[Struct]]
    """Given the time in milliseconds."""
    viewer: str
    alert_id: str
    at: float
    count: int = 1
    """How many events were sent together."""


@dataclass(slots=True)
class Desk:
    """The way to the warehouse, to Kafka and to who is who, and what was sent a moment ago."""

    asking: Asking
    publish: Publish
    signed_in: SignedIn
    policies: Policies
    zone: ZoneInfo
    hosts: Sequence[str]
    """Names under which the desk may be asked for."""
    is_secure: bool = False
    """Whether it is reached over TLS, so that cookies travel over nothing else."""
    oidc: OidcDoor | None = None
    """The way in through a provider of OpenID Connect, if there is one."""
    engine: EngineWay | None = None
    """The way to the engine itself, which says what would follow from an act."""
    now: Callable[[], float] = time.time
    """Seconds since the epoch."""
    sent: OrderedDict[str, SentAct] = field(default_factory=OrderedDict)
    undone: set[str] = field(default_factory=set)
    tried: OrderedDict[str, int] = field(default_factory=OrderedDict)
    """When what a form says was sent for the first time, whatever became of it."""
    sending: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held from asking whether something was sent until it is remembered: a form that is sent twice at once."""
    is_ending: bool = False
    """Whether the process is about to end: streams of news stop."""
    looking: Looking = field(default_factory=Looking)
    audit: AuditLog = field(init=False)

    def __post_init__(self) -> None:
        self.audit = AuditLog(self.publish)

    @property
    def now_ms(self) -> int:
        """The time of what is done now."""
        return int(self.now() * 1000)

    def time_of(self, event_id: str) -> int:
        """The time an act's event has: that of its first try, so that what is sent again is not another event."""
        at_ms = self.tried.setdefault(event_id, self.now_ms)
        while len(self.tried) > MOST_SENT:
            self.tried.popitem(last=False)
        return at_ms

    def remember(self, event_id: str, act: SentAct) -> None:
        """Keep what was sent for as long as there is room."""
        self.sent[event_id] = act
        while len(self.sent) > MOST_SENT:
            forgotten, _ = self.sent.popitem(last=False)
            self.undone.discard(forgotten)

    def may_undo(self, event_id: str, viewer: str) -> SentAct | None:
        """The act, if this person sent it a moment ago and it still stands."""
        act = self.sent.get(event_id)
        if act is None or act.viewer != viewer or event_id in self.undone:
            return None
        return act if self.now() - act.at <= UNDO_SECONDS else None
