"""Whom an alert names besides its own buyer, in its fields and in its texts, and the alert without them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from msgspec.structs import replace

from cloudtag.contract.records import Alert
from cloudtag.contract.scope import NETWORKS, from_afar, told

TEXTS = ("explanation", "explanation_zh", "withdrawn_because", "withdrawn_because_zh")
"""Fields of an alert in which buyers are named."""
ERASED = "[erased]"
"""What stands for a forgotten buyer in texts about others."""
_AFAR = re.compile(r"(?:^|, )(.+?) \(([^()]*)\)(?=, |$)")


class NamedBuyer(NamedTuple):
    """A buyer whom an alert names: of which network, and what its texts call them."""

    network: str
    buyer_id: str
    word: str


def linked_to(alert: Alert) -> list[NamedBuyer]:
    """The buyers an alert links its own to, one for each of `linked_buyer_ids`: which of them are of another network
    stands among its facts."""
    if not alert.linked_buyer_ids:
        return []
    home, far = NETWORKS[alert.platform], dict[str, list[str]]()
    for buyer_id, network in _AFAR.findall(alert.facts.get("linked_elsewhere", "")):
        far.setdefault(buyer_id, []).append(network)
    linked = []
    for buyer_id in alert.linked_buyer_ids:
        networks = far.get(buyer_id)
        if networks:
            network = networks.pop(0)
            linked.append(NamedBuyer(network, buyer_id, told(from_afar(network, buyer_id))))
        else:
            linked.append(NamedBuyer(home, buyer_id, buyer_id))
    return linked


def named_in(alert: Alert) -> list[NamedBuyer]:
    """Everybody an alert's texts may name, those of other networks first: a namesake's word is a part of theirs."""
    own = NamedBuyer(NETWORKS[alert.platform], alert.buyer_id, alert.buyer_id)
    linked = linked_to(alert)
    return sorted([own, *linked], key=lambda named: named.word == named.buyer_id) if linked else [own]


def without_buyers(alert: Alert, gone: Iterable[NamedBuyer]) -> Alert:
    """The alert without some of those it links its buyer to, whose ids stand in its texts and facts as well."""
    leaving = tuple(gone)
    if not leaving:
        return alert

    def cleared(text: str) -> str:
        for named in leaving:
            text = replace_word(text, named.word, ERASED)
        return text

    texts = {name: cleared(getattr(alert, name)) for name in TEXTS if getattr(alert, name)}
    facts = {cleared(name): cleared(value) for name, value in alert.facts.items()}
    kept = tuple(named.buyer_id for named in linked_to(alert) if named not in leaving)
    return replace(alert, linked_buyer_ids=kept, facts=facts, **texts)


def replace_word(text: str, word: str, other: str) -> str:
    """By hand: a pattern compiled anew for each buyer took more time than all the rest of a block."""
    parts, begin = [], 0
    at = text.find(word) if word else -1
    while at >= 0:
        end = at + len(word)
        is_whole = not (at and _joins(text[at - 1])) and not (end < len(text) and _joins(text[end]))
        parts += [text[begin:at], other if is_whole else word]
        begin, at = end, text.find(word, end)
    return "".join([*parts, text[begin:]])


def _joins(character: str) -> bool:
    return character in "_-" or (character.isascii() and character.isalnum())
