"""What the processors have in common: each is a list of row kinds, from which the rest follows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from sys import maxsize
from typing import Any

from cloudtag.contract.internal import Cause, InternalRecord
from cloudtag.contract.records import TagStatus
from cloudtag.contract.scope import scoped, unscoped
from cloudtag.decisions.tags import superseded
from cloudtag.engine.keyed_state import KeyedState
from cloudtag.engine.news import News
from cloudtag.engine.row_kind import Index
from cloudtag.engine.row_kinds import RowKinds
from cloudtag.engine.rows import Row
from cloudtag.policy.model import Policies
from cloudtag.processors.causes import causes_in

DAY_MS = 86_400_000
LONGEST_WINDOW_DAYS = 180
MOMENT: Callable[[Any], int] = attrgetter("occurred_at")


class _Begins(dict[str, str]):
    """What scoped ids of a network begin with, at hand for the networks that are known."""

    def __missing__(self, network: str) -> str:
        """Networks are upstream's to name, and may be many: of another one it is not remembered."""
        return scoped(network, "")


class _Scopes(dict[str, str]):
    """What scoped ids of a platform's events begin with, at hand for the platforms that are known."""

    def __init__(self, networks: Mapping[str, str], after: str = "") -> None:
        """`after`: what follows on the scope in each."""
        super().__init__({platform: scoped(network, after) for platform, network in networks.items()})
        self._networks, self._after = networks, after

    def __missing__(self, platform: str) -> str:
        """Nor are platforms."""
        return scoped(self._networks[platform], self._after)


class KeyedProcessor:
    """A processor that its row kinds say almost all of; each of the four says what else differs."""

    name: str
    kinds: RowKinds
    id_of: Callable[[Any], str]
    """The plain id of whom or what a fact is about."""
    is_global = False
    """Whether that id means the same in every network."""
    retention_ms: int
    is_timed_by_internal = False
    most_facts = maxsize
    derives: tuple[type[Any], ...] = ()
    """What `derived` makes: facts that no stream carries."""

    def __init__(self, policies: Policies, lateness_ms: int) -> None:
        """`policies`: all packs; `lateness_ms`: how far the watermark stays behind the newest event."""
        self.policies = policies
        self.lateness_ms = lateness_ms
        self.networks = policies.networks
        # What the keys of whom events are about begin with: one concatenation per fact is left.
        self._scopes = _Scopes(self.networks)
        self._begins = _Begins({network: scoped(network, "") for network in self.networks.values()})
        self._indexes = self.kinds.indexes
        self.indexes: Mapping[type[Any], Index | None] = {
            kind: self._index_of(kind) for kind in (*self.kinds.facts, *self.derives)
        }
        self.keys: Mapping[type[Any], Callable[[Any], str]] = {
            kind: self._key_of(kind) for kind in (*self.kinds.facts, *self.derives)
        }
        self.identities: Mapping[type[Any], Callable[[Any], str]] = {
            kind: self._identity(kind, plain) for kind, plain in self.kinds.identities.items()
        }

    def _index_of(self, kind: type[Any]) -> Index | None:
        """What takes a fact of that type into the index: what its row's kind names, if that is sure."""
        named = [self._indexes[each.letter] for each in self.kinds.kinds if kind in [held.fact for held in each.holds]]
        return named[0] if len(named) == 1 else self._index_by_row if any(named) else None

    def _index_by_row(self, state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
        index = self._indexes[row.id[0]]
        return () if index is None else index(state, row, fact)

    def _identity(self, kind: type[Any], plain: Callable[[Any], str]) -> Callable[[Any], str]:
        """An event's id means something only in its network: where facts of all of them meet, it is part of it."""
        if not self.is_global or issubclass(kind, InternalRecord):
            return plain
        if (tag := self.kinds.tags.get(kind)) is not None:
            tagged = _Scopes(self.networks, tag)
            return lambda event: tagged[event.platform] + event.event_id
        scopes = self._scopes
        return lambda event: scopes[event.platform] + plain(event)

    def _key_of(self, kind: type[Any]) -> Callable[[Any], str]:
        """A fact's id, with its network where it means something only there."""
        id_of = self.id_by(kind)
        if self.is_global:
            return id_of
        if issubclass(kind, InternalRecord):
            begins = self._begins
            return lambda record: begins[record.network] + id_of(record)
        scopes = self._scopes
        return lambda event: scopes[event.platform] + id_of(event)

    def id_by(self, kind: type[Any]) -> Callable[[Any], str]:
        """What gives the plain id of whom or what a fact of that type is about: what `id_of` says of any."""
        del kind
        return type(self).id_of

    def new_index(self, network: str) -> Any:
        """There is no index."""
        del network

    def new_state(self, key: str) -> KeyedState:
        """A keyed state without facts."""
        network, plain = ("", key) if self.is_global else unscoped(key)
        return KeyedState(key, self.new_index(network), self.kinds.letters, network, plain)

    def derived(self, facts: Sequence[Any]) -> Iterable[Any]:
        """Nothing."""
        del facts
        return ()

    def bound(self, row: Row) -> None:
        """No row is ever overfull."""

    def index(self, state: KeyedState, row: Row, fact: Any) -> Iterable[str]:
        """As the kind of row says."""
        index = self.indexes[type(fact)]
        return () if index is None else index(state, row, fact)

    def unsettled(self, state: KeyedState) -> Iterable[str]:
        """No row rests on what was published about others."""
        del state
        return ()

    def causes(self, state: KeyedState, row_id: str, news: News) -> tuple[Cause, ...]:
        """All that is new in the keyed state."""
        del state, row_id
        return causes_in(news)

    def withdrawn(self, state: KeyedState, row_id: str, record: Any, news: News, now_ms: int) -> Any:
        """Nothing is to be said beyond that it is taken back, but of a tag that it never counted."""
        del state, row_id, news, now_ms
        return superseded(record) if isinstance(record, TagStatus) else record
