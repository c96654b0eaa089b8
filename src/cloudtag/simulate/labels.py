"""What a simulation knows to be true: which alerts must stand, which must not, and what becomes of each tag."""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec
from msgspec import Struct


class AlertLabel(Struct, frozen=True, kw_only=True, tag_field="label", tag="alert"):
    """What one detector must conclude about one buyer in one story.

    `stands`: an alert must be open at the end. When false the buyer is honest, or a late fact cleared him:
    no alert of this detector may remain. `at` is the event time of the fact with which there were enough of them.
    `among` are further buyers of the case: an alert about any of them that names all the others will do, and one
    about each is right. `is_open`: the rule's text leaves it open whether there is an alert. `silence`: the rule by
    which this deceit must not be accused, a loss that is known and accepted; such a label is open. `is_hint`: by the
    rule's own text the alert is low.
    """

    story: str
    detector: str
    buyer_id: str
    shop_id: str | None = None
    order_ids: tuple[str, ...] = ()
    refund_ids: tuple[str, ...] = ()
    stands: bool = True
    at: int | None = None
    among: tuple[str, ...] = ()
    is_open: bool = False
    silence: str = ""
    is_hint: bool = False


class TagLabel(Struct, frozen=True, kw_only=True, tag_field="label", tag="tag"):
    """The final status of one tagged order, with the reason when it is a rejection."""

    story: str
    submission_id: str
    order_id: str
    buyer_id: str
    shop_id: str
    scenario: str | None
    status: str
    reason: str | None = None


class ConfirmationLabel(Struct, frozen=True, kw_only=True, tag_field="label", tag="confirmation"):
    """A buyer who must (or, `stands` false, must not) end up confirmed under a scenario, and so many `times`.

    `basis`: by shops together (J8), or by the platform's evidence, once for each tag (T9).
    """

    story: str
    buyer_id: str
    scenario: str
    stands: bool = True
    basis: Literal["shops", "platform_evidence"] = "shops"
    times: int = 1


ExpectedLabel = AlertLabel | TagLabel | ConfirmationLabel
"""What a simulation must lead to: an alert, a tag's status, or a confirmation."""


def encode_labels(labels: Iterable[ExpectedLabel]) -> Iterator[bytes]:
    """One JSON line per label, each with its line end."""
    encoder = msgspec.json.Encoder()
    for label in labels:
        yield encoder.encode(label) + b"\n"


def decode_labels(lines: Iterable[bytes]) -> Iterator[ExpectedLabel]:
    """The labels of JSON lines; raises `msgspec.ValidationError` on a line that is none."""
    decoder = msgspec.json.Decoder(AlertLabel | TagLabel | ConfirmationLabel)
    for line in lines:
        if line.strip():
            yield decoder.decode(line)
