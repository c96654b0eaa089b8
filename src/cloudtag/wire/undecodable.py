"""Why a record could not be read: the closed set of reasons a dead letter may carry from here."""

from typing import Literal

Reason = Literal[
    "empty",
    "too_large",
    "batch_too_large",
    "not_avro",
    "unknown_schema",
    "incompatible_schema",
    "wrong_stream",
    "truncated",
    "trailing_bytes",
    "invalid_value",
    "not_json",
    "unknown_stream",
]
"""Why a record cannot be read.

- `empty`: there is no value at all.
- `too_large`: more bytes than a record may have.
- `batch_too_large`: its batch unpacks to more bytes than is allowed, so that nothing of it is read.
- `not_avro`: neither a single-object header nor a registry frame.
- `unknown_schema`: the fingerprint or schema id is not known here.
- `incompatible_schema`: the writer's schema is known, but cannot be resolved to the stream's.
- `wrong_stream`: a good record of another stream.
- `truncated`: the bytes end inside of the record.
- `trailing_bytes`: bytes are left after the record.
- `invalid_value`: a field is missing, of a wrong type, or outside of its bounds.
- `not_json`: a replay line that is not a JSON object.
- `unknown_stream`: a replay line that names no known stream.
"""


class Undecodable(ValueError):  # noqa: N818 - it names the record's state; the dead letter carries it on
    """A record that cannot be read. `reason` is one of a closed set, `error` says in one line what was wrong."""

    def __init__(self, reason: Reason, error: str) -> None:
        self.reason: Reason = reason
        self.error = " ".join(error.split())[:500]
        super().__init__(f"{reason}: {self.error}")
