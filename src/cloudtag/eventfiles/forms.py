"""What a file is, by its first bytes."""

import csv
import re
from typing import Literal, NamedTuple

FileForm = Literal["lines", "array", "csv", "parquet", "gzip", "zstd", "foreign"]

HEAD_BYTES = 4096
"""As much of a file is looked at."""


class DetectedForm(NamedTuple):
    """A file's form; of one that is not read, what it is and what to do with it."""

    form: FileForm
    advice: str = ""


_COMPRESSED: dict[bytes, FileForm] = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd"}
_FOREIGN = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an Excel workbook (.xls): save it as CSV",
    b"SQLite format 3\x00": "a SQLite database: export its tables as CSV",
    b"ARROW1": "an Arrow file: write it as Parquet",
    b"Obj\x01": "an Avro container file: publish its records, or write them as JSON lines",
    b"\xc3\x01": "bare Avro records: publish them to their topic as they are",
    b"ORC": "an ORC file: write it as Parquet",
    b"BZh": "compressed with bzip2: unpack it, or use gzip or zstd",
    b"\xfd7zXZ\x00": "compressed with xz: unpack it, or use gzip or zstd",
    b"\x04\x22\x4d\x18": "compressed with lz4: unpack it, or use gzip or zstd",
    b"\xff\x06\x00\x00sNaPpY": "compressed with snappy: unpack it, or use gzip or zstd",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive: unpack it",
    b"Rar!": "a RAR archive: unpack it",
    b"%PDF": "a PDF document",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"\x89HDF": "an HDF5 file: write it as Parquet",
    b"\x80\x04\x95": "a Python pickle, which is never read: write it as JSON lines",
    b"\x80\x05\x95": "a Python pickle, which is never read: write it as JSON lines",
    b"\x7fELF": "a program",
}
_UTF16 = "UTF-16 text: save it as UTF-8"
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"{\x00", b"\x00{", b"[\x00", b"\x00[")
_MARKUP = re.compile(rb"<(\?xml|!doctype|html)", re.IGNORECASE)
_PRETTY = re.compile(rb"\{\s*\n\s+\"")
_ARRAY = re.compile(rb"\[\s*[{\]]")
BOM = b"\xef\xbb\xbf"


def seen_in(head: bytes) -> DetectedForm:
    """What a file is that begins so."""
    for magic, form in _COMPRESSED.items():
        if head.startswith(magic):
            return DetectedForm(form)
    if head.startswith(b"PAR1"):
        return DetectedForm("parquet")
    what = _zip(head) or next((what for magic, what in _FOREIGN.items() if head.startswith(magic)), "")
    if head.startswith(_WIDE):
        what = _UTF16
    if head[257:262] == b"ustar":
        what = "a tar archive: unpack it"
    return DetectedForm("foreign", what) if what else _of_text(head.removeprefix(BOM).lstrip())


def _zip(head: bytes) -> str:
    if not head.startswith(b"PK\x03\x04"):
        return ""
    is_workbook = b"[Content_Types].xml" in head or b"xl/" in head
    return "an Excel workbook (.xlsx): save it as CSV" if is_workbook else "a zip archive: unpack it"


def _of_text(text: bytes) -> DetectedForm:
    if _MARKUP.match(text):
        return DetectedForm("foreign", "an XML or HTML document: write its records as JSON lines")
    if _PRETTY.match(text):
        return DetectedForm("foreign", "JSON over several lines: write one object per line (`jq -c .` does)")
    if _ARRAY.match(text):
        return DetectedForm("array")
    return DetectedForm("csv" if delimiter_of(text) else "lines")


def delimiter_of(text: bytes) -> str | None:
    """What separates the columns of a table whose header these bytes begin with; none where there is no such header."""
    header = text.split(b"\n", 1)[0].decode(errors="replace").strip()
    for delimiter in (",", ";", "\t"):
        names = next(csv.reader([header], delimiter=delimiter), [])
        if len(names) > 1 and {"event_id", "occurred_at"} & {name.strip().casefold() for name in names}:
            return delimiter
    return None
