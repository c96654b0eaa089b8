"""Compares what was published with what a simulation knows to be true."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec import Struct

from cloudtag.contract.records import Alert, TagConfirmation, TagStatus
from cloudtag.contract.standing import is_taken_back, latest
from cloudtag.simulate.consequent import is_consequent, judged_labels
from cloudtag.simulate.labels import AlertLabel, ConfirmationLabel, ExpectedLabel, TagLabel


@dataclass(slots=True)
class Score:
    """One detector's (or the tags', or the confirmations') count; the lists name what went wrong."""

    expected: int = 0
    found: int = 0
    standing: int = 0
    """Alerts that were not withdrawn, right or false."""
    withdrawn: int = 0
    delays: list[int] = field(default_factory=list)
    """From the last fact needed to the moment at which each alert found first says it was decided, in milliseconds."""
    missed: list[ExpectedLabel] = field(default_factory=list)
    low: list[ExpectedLabel] = field(default_factory=list)
    """Found, but only by alerts of severity low."""
    false: list[Struct] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything expected was found and nothing else."""
        return not self.missed and not self.false


def score(labels: Iterable[ExpectedLabel], records: Iterable[Struct]) -> dict[str, Score]:
    """The tally of each detector, and those of `tags` and `confirmations`, over records of any revision.

    Labels of a detector that does not exist are left out.
    """
    published, known = list(records), list(labels)
    final = latest(published).values()
    tallies: dict[str, Score] = defaultdict(Score)
    _alerts(judged_labels(known), [x for x in final if isinstance(x, Alert)], _first_decided(published), tallies)
    _tags([x for x in known if isinstance(x, TagLabel)], [x for x in final if isinstance(x, TagStatus)], tallies)
    _confirmations(
        [x for x in known if isinstance(x, ConfirmationLabel)],
        [x for x in final if isinstance(x, TagConfirmation)],
        tallies,
    )
    return dict(sorted(tallies.items()))


def _first_decided(records: Iterable[Struct]) -> dict[str, int]:
    """When each alert was first decided, by any of its revisions: later facts may be decided upon later."""
    first: dict[str, int] = {}
    for record in records:
        if isinstance(record, Alert) and not is_taken_back(record):
            first[record.alert_id] = min(record.decided_at, first.get(record.alert_id, record.decided_at))
    return first


def _alerts(labels: list[AlertLabel], alerts: list[Alert], decided: dict[str, int], tallies: dict[str, Score]) -> None:
    """An alert is right when it names what a label of its detector and buyer does; else it is false."""
    standing: dict[tuple[str, str], list[Alert]] = defaultdict(list)
    for alert in alerts:
        if is_taken_back(alert):
            tallies[alert.detector].withdrawn += 1
        else:
            standing[alert.detector, alert.buyer_id].append(alert)
    right: set[str] = set()
    for label in labels:
        if label.stands:
            people = (label.buyer_id, *label.among)
            match = [a for buyer_id in people for a in standing.get((label.detector, buyer_id), ()) if names(a, label)]
            right.update(alert.alert_id for alert in match)
            if not label.is_open:
                whole = [alert for alert in match if _is_whole(alert, people)]
                _count(label, [decided[alert.alert_id] for alert in whole], tallies[label.detector])
                if whole and all(alert.severity == "low" for alert in whole):
                    tallies[label.detector].low.append(label)
    for alert in (alert for candidates in standing.values() for alert in candidates):
        tallies[alert.detector].standing += 1
        if alert.alert_id not in right:
            tallies[alert.detector].false.append(alert)


def _count(label: AlertLabel, found: list[int], tally: Score) -> None:
    tally.expected += 1
    if not found:
        tally.missed.append(label)
        return
    tally.found += 1
    if label.at is not None:
        tally.delays.append(min(found) - label.at)


def names(alert: Alert, label: AlertLabel) -> bool:
    """Whether an alert is about what a label says: its refunds, else its orders, else others of the same case."""
    if label.is_open or is_consequent(label.detector):
        return True
    if label.among:
        return not {label.buyer_id, *label.among}.isdisjoint(alert.linked_buyer_ids)
    if label.refund_ids:
        return set(label.refund_ids) <= set(alert.refund_ids)
    return set(label.order_ids) <= set(alert.order_ids)


def _is_whole(alert: Alert, people: tuple[str, ...]) -> bool:
    return len(people) == 1 or set(people) <= {alert.buyer_id, *alert.linked_buyer_ids}


def _tags(labels: list[TagLabel], statuses: list[TagStatus], tallies: dict[str, Score]) -> None:
    """A tag is right when its last status is that of its label, and so is the reason it was rejected for.

    Whether a tag that waits was told of again meanwhile (J12) depends on how long event time went on.
    """
    tally = tallies["tags"]
    by_id = {status.tag_id: status for status in statuses}
    for label in labels:
        tally.expected += 1
        status = by_id.pop(f"{label.submission_id}/{label.order_id}", None)
        if status and (status.status, _why_rejected(status)) == (label.status, label.reason):
            tally.found += 1
        else:
            tally.missed.append(label)
    tally.false.extend(by_id.values())


def _why_rejected(status: TagStatus) -> str | None:
    return status.reason if status.status == "rejected" else None


def _confirmations(
    labels: list[ConfirmationLabel], confirmations: list[TagConfirmation], tallies: dict[str, Score]
) -> None:
    """A buyer is rightly confirmed under a scenario when a label says so, as often as it says and on that basis."""
    tally = tallies["confirmations"]
    confirmed: dict[tuple[str, str, str], list[TagConfirmation]] = defaultdict(list)
    for found in confirmations:
        if found.status == "confirmed":
            confirmed[found.buyer_id, found.scenario, found.basis].append(found)
    tally.withdrawn = sum(map(is_taken_back, confirmations))
    for label in labels:
        if not label.stands:
            continue
        tally.expected += label.times
        right = confirmed.pop((label.buyer_id, label.scenario, label.basis), [])
        tally.found += min(len(right), label.times)
        tally.missed.extend([label] * (label.times - len(right)))
        tally.false.extend(right[label.times :])
    for rest in confirmed.values():
        tally.false.extend(rest)
