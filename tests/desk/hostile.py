"""What somebody writes into every field of an event that takes any text: pages, scripts, formulas, templates."""

from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from cloudtag.contract.streams import INPUTS
from cloudtag.wire.replay_form import decode_json

EVIL = "=1+1</td></script>\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}&amp;"
"""Stands before every text; what is alike stays alike."""
KEPT = frozenset({"platform", "withdraws"})
"""Fields that say which world an event is of: with another text it would be about nothing."""
EXAMPLES = Path(__file__).parents[2] / "schemas" / "examples"


def evil(event: Any, *, is_filled: bool = False) -> Any:
    """An event with `EVIL` in every field of any text; `is_filled`: in those that say nothing as well."""
    hints = get_type_hints(type(event), include_extras=True)
    changed = {
        name: _evil(getattr(event, name), hints[name], is_filled=is_filled, name=name)
        for name in event.__struct_fields__
        if name not in KEPT
    }
    return replace(event, **changed)


def _evil(value: Any, hint: Any, *, is_filled: bool, name: str = "") -> Any:
    if isinstance(value, Struct):
        return evil(value, is_filled=is_filled)
    if isinstance(value, tuple):
        [inner, *_] = [arg for part in _plain(hint) for arg in get_args(part) if arg is not ...] or [str]
        return tuple(_evil(each, inner, is_filled=is_filled) for each in value)
    if isinstance(value, str):
        return EVIL + value if _takes_any_text(hint) else value
    return EVIL + name if value is None and is_filled and _takes_any_text(hint) else value


def _plain(hint: Any) -> list[Any]:
    """The types a hint allows, with what is noted about them taken off."""
    if get_origin(hint) is Annotated:
        return _plain(get_args(hint)[0])
    if get_origin(hint) in (Union, UnionType):
        return [part for each in get_args(hint) for part in _plain(each)]
    return [hint]


def _takes_any_text(hint: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return any(_takes_any_text(part) for part in get_args(hint) if part is not type(None))
    if get_origin(hint) is Annotated:
        notes = [note for note in get_args(hint)[1:] if isinstance(note, Meta)]
        return not any(note.pattern for note in notes) and _takes_any_text(get_args(hint)[0])
    return hint is str and get_origin(hint) is not Literal


def of_every_stream(about: dict[str, str]) -> list[Any]:
    """The examples of every input stream, all fields filled, about the buyer, order and shop that are named."""
    found = []
    for stream in INPUTS:
        for path in sorted((EXAMPLES / stream).glob("[!b]*.json")):
            event = decode_json({"stream": stream, **_json(path)})[1]
            # Who is erased must not be who is shown.
            named = {} if stream == "erasures" else about
            own = {name: text for name, text in named.items() if name in event.__struct_fields__}
            found.append(evil(replace(event, **own, platform="taobao"), is_filled=True))
    return found


def _json(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = msgspec.json.decode(path.read_bytes())
    return {name: value for name, value in told.items() if name != "stream"}
