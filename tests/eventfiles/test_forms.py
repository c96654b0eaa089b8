"""Every form of a file gives the same events; what is no file of events is named in one line."""

import csv
import gzip
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cloudtag.eventfiles import EventLines, check_readable
from cloudtag.eventfiles.decoded_lines import BadLine, events_of, read
from cloudtag.eventfiles.unreadable import UnreadableFileError

pa = pytest.importorskip("pyarrow", reason="reading Parquet needs the `import` extra")
pq = pytest.importorskip("pyarrow.parquet", reason="reading Parquet needs the `import` extra")
zstd = pytest.importorskip("backports.zstd", reason="zstd needs the `local` extra")

AT = "2026-03-02T01:00:00Z"
ORDER: dict[str, Any] = {
    "stream": "orders", "event_id": "e1", "occurred_at": AT, "platform": "taobao", "order_id": "17", "buyer_id": "b1",
    "shop_id": "s1", "status": "paid", "lines": [{"sku_id": "k", "quantity": 2, "unit_price_minor": 199}],
    "address_valid": False,
}  # fmt: skip
SCAN: dict[str, Any] = {
    "stream": "logistics", "event_id": "e2", "occurred_at": 1_772_413_200_000, "platform": "taobao", "carrier": "sf",
    "waybill_no": "W1", "scan": "signed", "weight_grams": 300,
}  # fmt: skip
EVENTS = [ORDER, SCAN]
LINES = b"".join(json.dumps(event).encode() + b"\n" for event in EVENTS)
WANTED = events_of([json.dumps(event).encode() for event in EVENTS])


def as_csv(delimiter: str = ",") -> bytes:
    out = io.StringIO()
    rows = csv.DictWriter(out, sorted({name for event in EVENTS for name in event}), delimiter=delimiter)
    rows.writeheader()
    for event in EVENTS:
        rows.writerow({k: json.dumps(v) if isinstance(v, list | bool) else v for k, v in event.items()})
    return out.getvalue().encode()


def as_parquet() -> bytes:
    out = io.BytesIO()
    rows = [{**event, "occurred_at": str(event["occurred_at"])} for event in EVENTS]
    names = {name for row in rows for name in row}
    pq.write_table(pa.table({name: [row.get(name) for row in rows] for name in sorted(names)}), out)
    return out.getvalue()


GOOD = {
    "lines": LINES,
    "lines without the last end": LINES.rstrip(b"\n"),
    "lines with blank ones and Windows ends": b"\r\n" + LINES.replace(b"\n", b"\r\n\r\n"),
    "a byte order mark": b"\xef\xbb\xbf" + LINES,
    "gzip": gzip.compress(LINES),
    "gzip of two members": gzip.compress(LINES[:20]) + gzip.compress(LINES[20:]),
    "gzip of zstd": gzip.compress(zstd.compress(LINES)),
    "zstd": zstd.compress(LINES),
    "zstd with a byte order mark": zstd.compress(b"\xef\xbb\xbf" + LINES),
    "an array": json.dumps(EVENTS).encode(),
    "an array over several lines": b"\xef\xbb\xbf" + json.dumps(EVENTS, indent=2).encode(),
    "an array in gzip": gzip.compress(json.dumps(EVENTS).encode()),
    "csv": as_csv(),
    "csv with semicolons": as_csv(";"),
    "csv with tabs": as_csv("\t"),
    "csv as Excel saves it": b"\xef\xbb\xbf" + as_csv(";"),
    "csv in zstd": zstd.compress(as_csv()),
    "parquet": as_parquet(),
    "parquet in gzip": gzip.compress(as_parquet()),
}


@pytest.mark.parametrize("name", GOOD)
def test_every_form_gives_the_same_events_whatever_the_file_is_called(name: str, tmp_path: Path) -> None:
    file = tmp_path / "events.txt"
    file.write_bytes(GOOD[name])
    check_readable([file])
    assert list(read(EventLines([file]))) == WANTED


@pytest.mark.parametrize("name", ["gzip", "csv", "parquet", "an array"])
def test_standard_input_is_read_as_a_file_is(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Pipe(GOOD[name]))))
    assert list(read(EventLines([Path("-")]))) == WANTED


BAD = {
    "PK\x03\x04....[Content_Types].xml": "is an Excel workbook (.xlsx): save it as CSV",
    "PK\x03\x04....week.jsonl": "is a zip archive",
    "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "is an Excel workbook (.xls)",
    "SQLite format 3\x00": "is a SQLite database",
    "Obj\x01": "is an Avro container file",
    "\xc3\x01........": "is bare Avro records",
    "BZh91AY": "is compressed with bzip2",
    "\xfd7zXZ\x00": "is compressed with xz",
    "ARROW1\x00\x00": "is an Arrow file",
    "%PDF-1.7": "is a PDF document",
    '<?xml version="1.0"?>': "is an XML or HTML document",
    "<!DOCTYPE html>": "is an XML or HTML document",
    "\xff\xfe{\x00": "is UTF-16 text: save it as UTF-8",
    "\xfe\xff\x00{": "is UTF-16 text",
    '{\x00"\x00s\x00': "is UTF-16 text",
    '{\n  "stream": "orders"\n}': "is JSON over several lines",
    '[{"stream": "orders"}': "begins as a JSON array and is none",
    "event_id,occurred_at\ne1,1\n": "is a table without a column `stream`: name it with --stream",
    'event_id,stream\n"e1,orders\n': "not CSV: unexpected end of data",
    "PAR1 and nothing else": "not Parquet that can be read",
    "\x1f\x8b and nothing else": "the compressed data are damaged",
    "\x28\xb5\x2f\xfd\xff\xff\xff": "the compressed data are damaged",
}


@pytest.mark.parametrize("text", BAD)
def test_anything_else_is_named_in_one_line(text: str, tmp_path: Path) -> None:
    file = tmp_path / "events.jsonl"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(UnreadableFileError) as refusal:
        list(read(EventLines([file])))
    assert BAD[text] in str(refusal.value)
    assert str(refusal.value).startswith(str(file))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_a_compressed_file_that_ends_too_early_is_named(pack: Any, tmp_path: Path) -> None:
    file = tmp_path / "events.gz"
    file.write_bytes(pack(LINES * 5000)[:-9])
    with pytest.raises(UnreadableFileError, match="the compressed data are damaged"):
        list(read(EventLines([file])))


def test_a_table_without_a_stream_takes_the_one_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_text(
        f"event_id,occurred_at,platform,order_id,buyer_id,shop_id,status\ne1,{AT},jd,17,b,s,paid\n"
    )
    (order,) = read(EventLines([tmp_path / "o.csv"], "orders"))
    assert (order.order_id, order.status) == ("17", "paid")


def test_a_bad_row_is_a_bad_line_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "o.csv"
    rows = [
        "stream,event_id,occurred_at,platform,order_id,buyer_id,shop_id,status,ammount_minor,lines,buyer_note",
        f'orders,e1,{AT},jd,17,b,s,paid,,,"two\nlines"',
        f"orders,e2,{AT},jd,17,b,s,paid,5,,",
        f"orders,e3,{AT},jd,17,b,s,paid,,not json,",
        f"orders,e4,{AT},jd,17,b,s,paid,,,,one too many",
        f"orders,e5,{AT},jd,17,b,s,paid,,,\xff",
        f"orders,e6,{AT},jd,,b,s,paid,,,",
        f"orders,e7,{AT},jd,17,b,s,paid,,,",
    ]
    file.write_bytes("\n".join(rows).encode("latin-1"))
    lines = EventLines([file])
    told = [(lines.number, i.error.error) if isinstance(i, BadLine) else (lines.number, None) for i in read(lines)]
    assert [number for number, _ in told] == [3, 4, 5, 6, 7, 8, 9]
    wanted = [None, "unknown field `ammount_minor`", "lines: Expected `array`", "`more cells than columns`",
              "'utf-8' codec can't decode", "missing required field `order_id`", None]  # fmt: skip
    for (_, error), part in zip(told, wanted, strict=True):
        assert (error is None) == (part is None)
        assert part is None or part in (error or "")


def test_places_are_counted_anew_in_every_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(LINES + b"bad\n")
    lines = EventLines([tmp_path / "a", tmp_path / "b"])
    places = [(lines.place, item.number) for item in read(lines) if isinstance(item, BadLine)]
    assert places == [(f"{tmp_path / 'a'}:3", 2), (f"{tmp_path / 'b'}:3", 5)]
