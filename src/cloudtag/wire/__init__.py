"""The wire: bytes and JSON lines to structs and back. Whatever cannot be read is `Undecodable`, with a reason."""

from cloudtag.wire.codec import Codec, decode, encode
from cloudtag.wire.replay_form import decode_json, encode_json
from cloudtag.wire.undecodable import Reason, Undecodable

__all__ = ["Codec", "Reason", "Undecodable", "decode", "decode_json", "encode", "encode_json"]
