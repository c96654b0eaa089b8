"""One statement as it was read: its kind, the parameters it asks for, the format it names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from cloudtag.sql.tokens import SqlToken, StatementError, tokens

_BESIDE_A_NAME = frozenset({"AS", "."})


@dataclass(frozen=True)
class Statement:
    """A single statement, without the semicolon at its end."""

    text: str
    tokens: Sequence[SqlToken]

    @classmethod
    def of(cls, sql: str) -> "Statement":
        """Read ``sql``; raises ``StatementError`` when it cannot be read, is empty, or is more than one statement."""
        found = tokens(sql)
        ends = [number for number, token in enumerate(found) if token.text == ";" and token.kind == "symbol"]
        first_end = ends[0] if ends else len(found)
        if len(found) - first_end > len(ends):
            raise StatementError("one statement at a time: something follows the semicolon")
        if not first_end:
            raise StatementError("there is no statement")
        return cls(sql[: found[first_end].start] if ends else sql, found[:first_end])

    @cached_property
    def kind(self) -> str:
        """The word that says what it does, in capitals; ``WITH … INSERT`` is an INSERT. Empty when it has none."""
        first = next((token for token in self.tokens if token.text != "("), None)
        word = first.word if first else ""
        return "INSERT" if word == "WITH" and self._inserts() else word

    @cached_property
    def placeholders(self) -> Mapping[str, str]:
        """The parameters it asks for, ``{name:Type}``, and their types."""
        found: dict[str, str] = {}
        for number, token in enumerate(self.tokens[:-2]):
            name, colon = self.tokens[number + 1 : number + 3]
            if token.text == "{" and token.kind == colon.kind == "symbol" and name.kind == "word" and colon.text == ":":
                end = next((later.start for later in self.tokens[number + 3 :] if later.text == "}"), len(self.text))
                found.setdefault(name.text, re.sub(r"\s+", " ", self.text[colon.end : end].strip()))
        return found

    @cached_property
    def output_format(self) -> str:
        """The format its own FORMAT clause names; empty without one."""
        for number in range(len(self.tokens) - 2, -1, -1):
            word, after = self.tokens[number : number + 2]
            if word.text in (")", "}") and word.kind == "symbol":
                break
            if word.word == "FORMAT" and after.kind == "word":
                rest = self.tokens[number + 2 :]
                return after.text if not rest or rest[0].word == "SETTINGS" else ""
        return ""

    def _inserts(self) -> bool:
        depth = 0
        for number, token in enumerate(self.tokens):
            if token.kind == "symbol":
                depth += (token.text == "(") - (token.text == ")")
            elif depth == 0 and token.word in ("SELECT", "INSERT") and not self._is_name(number):
                return token.word == "INSERT"
        return False

    def _is_name(self, number: int) -> bool:
        before, after = self._text(number - 1), self._text(number + 1)
        return before in _BESIDE_A_NAME or after in _BESIDE_A_NAME or after == "("

    def _text(self, number: int) -> str:
        return self.tokens[number].text.upper() if 0 <= number < len(self.tokens) else ""
