"""What the desk says, in English and Chinese. English is written where it is said; `catalogue/zh.toml` has the rest.

A text that the catalogue lacks is said in English, and a test finds it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from zoneinfo import ZoneInfo

from cloudtag.detection.names import attributes_zh
from cloudtag.detection.wording import amount_text
from cloudtag.detectors.registry import all_detectors
from cloudtag.explain.conditions import EVIDENCE, Difference
from cloudtag.explain.words import plain

Code = Literal["en", "zh"]
"""A language of the desk."""
CODES: tuple[Code, ...] = ("en", "zh")
SHARED_KINDS = ("address", "area", "phone", "device", "payment")
"""Kinds of attributes that link buyers, as facts name them before a colon."""
_LINK = "link "
"""How the name of a fact begins that says by what a buyer is linked to another."""


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """The Chinese texts by what they are: `texts`, `words`, `facts`, `titles`, `keys`."""
    return tomllib.loads((files("cloudtag.desk") / "catalogue" / "zh.toml").read_text(encoding="utf-8"))


@cache
def known_scenarios() -> frozenset[str]:
    """The scenarios of all detectors."""
    return frozenset(detector.rule.scenario for detector in all_detectors().values())


@dataclass(frozen=True, slots=True)
class Language:
    """One language, and the time zone in which times are told."""

    code: Code
    zone: ZoneInfo

    def say(self, text: str, **values: Any) -> str:
        """A text in this language, with values in the places of its `{names}`."""
        told = self._of("texts", text) or text
        return told.format(**{name: str(value) for name, value in values.items()}) if values else told

    def word(self, value: str | None) -> str:
        """A value of an enum, a scenario or a kind, as words."""
        return "" if not value else self._of("words", value) or plain(value)

    def decided(self, column: str, value: str) -> str:
        """What a decision is `about`, or its `answer`: words that mean something else of records."""
        return self._of("words", f"{column}_{value}") or plain(value)

    def fact(self, name: str) -> str:
        """What a fact of an alert is called."""
        if name.startswith(_LINK):
            return self.say("link to {buyer}", buyer=name.removeprefix(_LINK))
        return self._of("facts", name) or plain(name)

    def value(self, text: str) -> str:
        """The value or threshold of a fact: words where it is made of values of enums, scenarios or attributes that
        are shared, else as it is."""
        if self.code == "en":
            return text
        return "、".join(self._part(part.strip()) for part in text.split(","))

    def _part(self, text: str) -> str:
        kind, colon, value = text.partition(":")
        if colon and kind in SHARED_KINDS:
            shown, _, over = value.partition(" over ")
            words = attributes_zh([f"{kind}:{shown}"])
            return self.say("{shared} over {buyer}", shared=words, buyer=over) if over else words
        first, joined, second = text.partition(" for ")
        if joined and (known := self._of("words", first)):
            return self.say("{what} for {why}", what=known, why=self._of("words", second) or second)
        known = self._of("words", text)
        return known or (self.scenario(text) if text in known_scenarios() else text)

    def change(self, difference: Difference) -> str:
        """What differs from one revision to another."""
        if difference.name == EVIDENCE:
            return self.say("rests on {new} more and {gone} fewer events", new=difference.now, gone=difference.was)
        was, now = (self.value(text) or self.say("none") for text in (difference.was, difference.now))
        name = self._of("words", difference.name) or self.fact(difference.name)
        return self.say("{name}: {was} → {now}", name=name, was=was, now=now)

    def column(self, name: str) -> str:
        """What a column of a figure is called."""
        return self._of("columns", name) or plain(name.removesuffix("_minor"))

    def label(self, name: str, shown: str) -> str:
        """A tag's label: as the pack shows it, which is English, or what it means in this language."""
        return self.scenario(name) if self.code == "zh" else shown or plain(name)

    def title(self, detector: str) -> str:
        """What a detector is called."""
        known = all_detectors().get(detector)
        return self._of("titles", detector) or (known.rule.title if known else plain(detector))

    def scenario(self, name: str) -> str:
        """What a scenario is called."""
        if self.code == "zh":
            told = (d.rule.scenario_zh for d in all_detectors().values() if d.rule.scenario == name)
            return next((words for words in told if words), self.word(name))
        return plain(name)

    def either(self, english: str | None, chinese: str | None) -> str:
        """Of a text that came in both languages, the one in this."""
        return (chinese or english or "") if self.code == "zh" else (english or "")

    def money(self, amount_minor: int | None, currency: str | None) -> str:
        """An amount with its currency; nothing where it is not known."""
        if amount_minor is None:
            return ""
        return amount_text(amount_minor, currency) or self.say("{amount} minor units", amount=f"{amount_minor:,}")

    def moment(self, at: datetime | None) -> str:
        """A moment to the minute, with its zone."""
        return "" if at is None else f"{at.astimezone(self.zone):%Y-%m-%d %H:%M %Z}"

    def duration(self, seconds: int) -> str:
        """So long, in the largest unit of which there are two or more."""
        if seconds < 2 * 60:
            return self.say("{count} s", count=seconds)
        if seconds < 2 * 3600:
            return self.say("{count} min", count=seconds // 60)
        if seconds < 2 * 86_400:
            return self.say("{count} h", count=seconds // 3600)
        return self.say("{count} days", count=seconds // 86_400)

    def _of(self, kind: str, name: str) -> str | None:
        return catalogue()[kind].get(name) if self.code == "zh" else None


def chosen(accepted: str, wanted: str | None) -> Code:
    """The language somebody `wanted` by name, else the first of those a browser `accepted` that there is."""
    if wanted in CODES:
        return wanted
    for part in accepted.split(","):
        for code in CODES:
            if part.strip().lower().startswith(code):
                return code
    return "en"
