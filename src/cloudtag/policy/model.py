"""What a policy says, and which one was in force when something happened."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from cloudtag.contract.scope import Networks
from cloudtag.policy.consequence_rules import (
    ConsequenceRules,
    DeadlineRules,
    DecisionRules,
    DeskRules,
    ReportRules,
    SanctionRules,
    SellerRules,
)

Days = Annotated[int, Meta(ge=1, le=3650)]
"""A number of days."""
BoundedCount = Annotated[int, Meta(ge=1, le=100_000)]
"""A count within bounds."""
Minutes = Annotated[int, Meta(ge=0, le=525_600)]
"""A number of minutes."""


DEFAULT = "default"
"""The pack of the platforms that have none of their own."""


class TagRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The rules of tagging (J3 to J8, T8, T9).

    `network` names the platforms whose tags count together. `scenarios` maps a tag label to the name shown for it;
    where a label is a report scene, `covers` says which scenarios of alerts it stands for. Tags of the labels
    `exempting` accuse nobody. `needs_exam`: only accounts that passed the exam may tag.
    `contact_first` lists the scenarios that need `unanswered_contacts` before a tag, each `contact_gap_minutes` or more
    after the one before; one that was answered counts when that is `answer_hours` ago and nothing came of it. Times of
    two streams are compared with `clock_tolerance_minutes` in the shop's favour (F4). `is_once_per_scenario`: an order
    may be tagged once per scenario instead of once. `pending_shown_as` is what the shop sees before the threshold.
    An alert of the same scenario on the same order, of one of `evidence_severities`, confirms a tag alone (T9). Where
    `evidence_detectors` has a list for a label, only alerts of those detectors do; those of `linked_evidence` only when
    they are about linked accounts (A11).
    """

    network: str
    scenarios: dict[str, str]
    covers: dict[str, tuple[str, ...]] = {}
    exempting: tuple[str, ...] = ("deal_not_sold", "shipping_exemption")
    needs_exam: bool = True
    max_orders: BoundedCount = 20
    threshold_shops: BoundedCount = 3
    window_days: Days = 180
    contact_first: tuple[str, ...] = ()
    unanswered_contacts: BoundedCount = 2
    contact_gap_minutes: Minutes = 60
    answer_hours: Annotated[int, Meta(ge=0, le=8760)] = 24
    clock_tolerance_minutes: Minutes = 10
    is_once_per_scenario: bool = False
    pending_shown_as: str = "pending"
    evidence_severities: tuple[Literal["low", "medium", "high", "critical"], ...] = ("high", "critical")
    evidence_detectors: dict[str, tuple[str, ...]] = {}
    linked_evidence: tuple[str, ...] = ()

    def scenarios_of(self, label: str) -> tuple[str, ...]:
        """The scenarios of alerts a tag label stands for: by default the one of its name."""
        return self.covers.get(label, (label,))


class LinkRules(Struct, frozen=True, forbid_unknown_fields=True):
    """`fan_out`: an attribute shown by more buyers than this is a hub (a locker, an office) and links nobody.

    `area_fan_out`: the same for an area of addresses, where only claims are reported. `picture_bits`: two pictures
    whose perceptual hashes differ in at most so many of 64 bits are the same picture (T7).
    """

    fan_out: BoundedCount = 20
    area_fan_out: BoundedCount = 500
    picture_bits: Annotated[int, Meta(ge=0, le=6)] = 6


class RouteNames(Struct, frozen=True, forbid_unknown_fields=True):
    """What a platform calls the places a shop may take an alert to (B11, B16, B27, J1).

    `complaint_centre` decides on vouchers within three working days, `cloud_tag` takes those without any,
    `review_management` those against unreasonable reviews. `tags_only_order`: where no other order of the buyer's is
    abnormal, the cloud tag takes it whatever vouchers there are (B26, B27).
    """

    complaint_centre: str = "complaint_centre"
    cloud_tag: str = "cloud_tag"
    review_management: str = "review_management"
    tags_only_order: bool = False


class Policy(Struct, frozen=True):
    """One platform's rules from `from_ms` (event time) on, until its next version.

    `content` is a short hash of all that is in force of cloudtag's own; `added` has one for each detector of another
    package by its name, and `suffix` one for all of those. `version` names everything, as records cite it:
    `taobao-2016@3f9a1c2b`, or `taobao-2016@3f9a1c2b+90be41d7` with detectors of other packages in force.
    """

    id: str
    content: str
    platform: str
    from_ms: int
    detectors: Mapping[str, Any]
    """Parameters by detector name; a detector that is switched off is absent."""
    tags: TagRules
    links: LinkRules
    routes: RouteNames = RouteNames()
    consequences: ConsequenceRules = ConsequenceRules()
    sanctions: SanctionRules = SanctionRules()
    reports: ReportRules = ReportRules()
    decisions: DecisionRules = DecisionRules()
    deadlines: DeadlineRules = DeadlineRules()
    sellers: SellerRules = SellerRules()
    desk: DeskRules = DeskRules()
    added: Mapping[str, str] = {}
    suffix: str = ""

    @property
    def name(self) -> str:
        """Platform and id, whatever the content."""
        return f"{self.platform}-{self.id}"

    @property
    def version(self) -> str:
        """What records cite: the name, and which content it had."""
        return f"{self.name}@{self.content}{self.suffix}"


class Policies:
    """All packs. A platform without a pack of its own is judged by `default`."""

    def __init__(self, packs: Mapping[str, list[Policy]]) -> None:
        """`packs`: versions by platform, `default` among them."""
        self._packs = {name: sorted(versions, key=lambda p: p.from_ms) for name, versions in packs.items()}
        self._starts = {name: [p.from_ms for p in versions] for name, versions in self._packs.items()}
        # Nothing but the latest word counts: a network holds what is kept without end, and does not change with time.
        self.networks = Networks({name: v[-1].tags.network for name, v in self._packs.items() if name != DEFAULT})
        """Which platforms share a network, as their latest versions have it; a platform without a pack is its own."""
        self._cited = {policy.version: policy for policy in self.versions()}

    @property
    def platforms(self) -> frozenset[str]:
        """The platforms that have a pack; all others get that of `default`."""
        return frozenset(self._packs)

    def at(self, platform: str, occurred_at: int) -> Policy:
        """The version in force at an event time; before the first version, the first."""
        name = platform if platform in self._packs else DEFAULT
        versions = self._packs[name]
        if len(versions) == 1:
            return versions[0]
        return versions[max(bisect_right(self._starts[name], occurred_at) - 1, 0)]

    def cited(self, version: str) -> Policy | None:
        """The policy that a record cites by its version, if it is still among these."""
        return self._cited.get(version)

    def versions(self) -> list[Policy]:
        """Every version of every pack."""
        return [policy for _, versions in sorted(self._packs.items()) for policy in versions]
