"""Internal records about couriers: in which hours one showed any scan, and what those who wait for a scan are told of
its silence (F10)."""

from __future__ import annotations

from cloudtag.contract.internal import InternalRecord, make_id, parts_of

HOUR_MS = 3_600_000


class CourierSeen(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="cs"):
    """A task saw a scan of a courier in an hour: a note to itself, so that it tells of that hour once."""

    courier: str
    hour: int

    @property
    def occurred_at(self) -> int:
        """When the hour began."""
        return self.hour * HOUR_MS

    @property
    def internal_id(self) -> str:
        """Which note this is: one hour of one courier."""
        return make_id(self.courier, str(self.hour))


class CourierBusy(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="cb"):
    """A known courier showed a scan somewhere in a clock hour (UTC); every task that saw one says so in the same words.

    `hour` is its number since the epoch, `occurred_at` its beginning.
    """

    courier: str
    hour: int
    occurred_at: int

    @property
    def internal_id(self) -> str:
        """Which statement this is: one hour of one courier."""
        return make_id(self.courier, str(self.hour))

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> CourierBusy:
        """Nothing was scanned after all."""
        courier, hour = parts_of(internal_id)
        return cls(revision, False, courier, int(hour), occurred_at)


class CourierAsked(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="ca"):
    """A buyer's keyed state asks since `occurred_at` when the courier of a number was silent.

    `reached_ms`: event time has come so far there, whatever the answering task has seen; 0: it knows better.
    """

    courier: str
    buyer_id: str
    waybill_no: str
    occurred_at: int
    network: str = ""
    reached_ms: int = 0

    @property
    def internal_id(self) -> str:
        """Which question this is: one courier, asked about for one number of one buyer."""
        return make_id(self.courier, self.network, self.buyer_id, self.waybill_no)

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> CourierAsked:
        """It waits no longer."""
        courier, network, buyer_id, waybill_no = parts_of(internal_id)
        return cls(revision, False, courier, buyer_id, waybill_no, occurred_at, network=network)


class CourierReported(InternalRecord, frozen=True, array_like=True, gc=False, tag_field="_", tag="cr"):
    """In which hours of a wait a courier showed no scan anywhere, told to a buyer's keyed state that asked.

    `silences` are spans of whole clock hours, from the hour the wait began in, milliseconds: from a moment to the next
    scan's hour. `silent_since`: no scan is known since then, 0 if there is one in the latest hours. Hours that are told
    of in neither were busy, or are not over.
    """

    courier: str
    buyer_id: str
    waybill_no: str
    occurred_at: int
    silences: tuple[tuple[int, int], ...] = ()
    silent_since: int = 0
    network: str = ""

    @property
    def internal_id(self) -> str:
        """Which answer this is: one courier, told for one number of one buyer."""
        return make_id(self.courier, self.network, self.buyer_id, self.waybill_no)

    @classmethod
    def retraction(cls, internal_id: str, revision: int, occurred_at: int) -> CourierReported:
        """Nothing is told any more."""
        courier, network, buyer_id, waybill_no = parts_of(internal_id)
        return cls(revision, False, courier, buyer_id, waybill_no, occurred_at, network=network)
