"""A writer made to measure: Python source generated from one record schema.

It takes a struct's attributes as they are, so nothing is copied into dicts first; a test holds it against fastavro.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from msgspec import UNSET, Struct

from cloudtag.wire.schemas import Schema
from cloudtag.wire.varints import Written, written_time

Write = Callable[[bytes, Struct], bytes]
"""The bytes of a record after a head. Raises TypeError, AttributeError, KeyError, OverflowError or
UnicodeEncodeError for values the schema cannot hold."""

_WRITTEN = Written()
_BOOLEANS = {False: b"\x00", True: b"\x01"}


def writer_of(schema: Schema) -> Write:
    """The writer of a record schema for structs that have its fields as attributes."""
    source = _Source()
    parts = source.record(schema, "r", "    ")
    text = "\n".join(["def write(head, r):", *source.lines, f"    return b''.join((head, {', '.join(parts)}))"])
    exec(compile(text, f"<writer of {schema['name']}>", "exec"), source.names)  # noqa: S102 - from our own schemas only
    write: Write = source.names["write"]
    return write


class _Source:
    """The lines of a writer under way: `w` writes whole numbers, `s` and `x` are scratch."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, Any] = {
            "w": _WRITTEN,
            "written_time": written_time,
            "booleans": _BOOLEANS,
            "unset": UNSET,
        }
        self._types: dict[str, Any] = {}
        self._fresh = count()

    def record(self, schema: Schema, owner: str, pad: str) -> list[str]:
        """Writes a record's fields and returns the expressions to be joined."""
        parts: list[str] = []
        for field in schema["fields"]:
            value = f"{owner}.{field['name']}"
            # A required text with this default is one that may be left unsaid.
            parts += self._value(f"({value} or '')" if field.get("default") == "" else value, field["type"], pad)
        return parts

    def _value(self, value: str, kind: Any, pad: str) -> list[str]:
        kind = self._types.get(kind, kind) if isinstance(kind, str) else kind
        if isinstance(kind, list):
            return [self._nullable(value, kind[1], pad)]
        if isinstance(kind, dict) and kind["type"] == "array":
            return [self._items(value, kind["items"], pad)]
        if isinstance(kind, dict) and kind["type"] == "map":
            return [self._items(f"{value}.items()", kind, pad)]
        if isinstance(kind, dict) and kind["type"] == "enum":
            self._types[f"cloudtag.{kind['name']}"] = kind
            table = f"t{next(self._fresh)}"
            self.names[table] = {symbol: _WRITTEN[place] for place, symbol in enumerate(kind["symbols"])}
            return [f"{table}[{value}]"]
        if isinstance(kind, dict):
            return [f"written_time({value})" if "logicalType" in kind else f"w[{value}]"]
        return self._plain(value, kind, pad)

    def _plain(self, value: str, kind: str, pad: str) -> list[str]:
        if kind == "boolean":
            return [f"booleans[{value}]"]
        if kind in ("int", "long"):
            return [f"w[{value}]"]
        if kind not in ("string", "bytes"):
            raise NotImplementedError(kind)
        variable = f"s{next(self._fresh)}"
        self.lines.append(f"{pad}{variable} = {value}" + (".encode()" if kind == "string" else ""))
        return [f"w[len({variable})]", variable]

    def _nullable(self, value: str, kind: Any, pad: str) -> str:
        part = f"p{next(self._fresh)}"
        self.lines += [f"{pad}x = {value}", f"{pad}if x is None or x is unset: {part} = b'\\x00'", f"{pad}else:"]
        inner = self._value("x", kind, pad + "    ")
        self.lines.append(f"{pad}    {part} = b'\\x02' + " + " + ".join(inner))
        return part

    def _items(self, value: str, items: Any, pad: str) -> str:
        """Writes an array or a map as one block, or as nothing but the end when it is empty."""
        part = f"p{next(self._fresh)}"
        parts = f"a{next(self._fresh)}"
        inside = pad + "        "
        item = f"r{next(self._fresh)}"
        self.lines += [f"{pad}x = {value}", f"{pad}if not x: {part} = b'\\x00'", f"{pad}else:"]
        self.lines += [f"{pad}    {parts} = [w[len(x)]]", f"{pad}    for {item} in x:"]
        if isinstance(items, dict) and items["type"] == "map":
            inner = self._value(f"{item}[0]", "string", inside) + self._value(f"{item}[1]", items["values"], inside)
        elif isinstance(items, dict) and items["type"] == "record":
            inner = self.record(items, item, inside)
        else:
            inner = self._value(item, items, inside)
        self.lines += [f"{inside}{parts} += ({', '.join(inner)},)", f"{pad}    {parts}.append(b'\\x00')"]
        self.lines.append(f"{pad}    {part} = b''.join({parts})")
        return part
