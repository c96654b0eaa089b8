"""docs/queries.md, made from the queries: `python -m cloudtag.warehouse.queries_page > docs/queries.md`."""

import sys

from cloudtag.warehouse.queries import SECTIONS
from cloudtag.warehouse.query import Query

_HEAD = """# Questions for the warehouse

Each of these runs as it stands on the database the sink fills (`USE cloudtag` first).
Words in braces, `{alert_id:String}`, are typed ClickHouse query parameters; without a value for each a statement is not
run.

```sh
export CLICKHOUSE=http://localhost:8123/cloudtag
cloudtag warehouse query --named standing                                  # one of these, by its name
cloudtag warehouse query --named explain --param alert_id=a1               # with its parameters
cloudtag warehouse query --named daily --param days=30 --format csv > daily.csv
cloudtag warehouse query "SELECT * FROM alerts_latest WHERE shop_id = {shop:String}" --param shop=s1 --vertical
cloudtag warehouse query --file mine.sql --zone Asia/Shanghai              # or from a pipe: … < mine.sql
```

- Questions only read: `readonly` is set, and a statement that changes anything, writes a file (`INTO OUTFILE`) or
  reaches beyond the warehouse (`file`, `url`, `s3`, `remote`, …) is refused before it is sent.
- `--format` is `table` (the default), `vertical`, `csv`, `tsv`, `json`, `jsonl`, `markdown` or `parquet`; what is too
  wide for a table is shown one value a line. A table shows 1 000 rows and says how many more there are; `--limit` sets
  that, and 0 shows all.
- Lists are given as ClickHouse writes them, `--param "ids=['a','b']"`; `\\N` is NULL for a `Nullable` type.
- Times are shown with their zone. Columns `*_minor` are money in the currency's smallest unit (fen, cents); a table
adds
  the amount in the currency when a column `currency` is beside it, programs' formats leave the number as it is.
- NULL is `ᴺᵁᴸᴸ` for people, `\\N` in CSV and tab-separated texts, `null` in JSON.
- Elsewhere: `clickhouse-client --param_alert_id=…`, `SET param_alert_id = '…'`, or the page at `/play` of the embedded
  warehouse, which has a field for each parameter.

- Tables hold older revisions until ClickHouse merges and, after a crash, now and then a row twice. Ask the views:
  `*_latest` has the newest revision of each record, `*_current` only those in force, `*_history` every revision once
  (of tag statuses, confirmations, consequences and labels). They read with `FINAL`.
- Buyers, phones, devices, payment means and addresses are keyed hashes (`*_key`). The same person has the same key in
  every table, so joins work. The originals stand in `identities` alone.
- `recorded_at` is broker time, `stored_at` the warehouse's own; every other time is event time, in UTC.
- Roll-ups (`daily_scenarios`, `buyer_profiles`) count different ids, so a repeat cannot move them. They say what was
  ever seen; whether it still stands is answered by `*_current`.
- To forget a person, see [erasure](#to-forget-a-person) at the end.
"""
_FOOT = """## To forget a person

`cloudtag.warehouse.erasure.erase_buyer(client, database, pseudonymizer, platform, buyer_id)` deletes every row about a
buyer, and what followed for their orders, from tables, histories and roll-ups, rewrites the parts that held them, takes
the buyer out of other buyers' alerts and of shops' submissions, and deletes the originals in `identities` (devices,
phones and addresses too, unless another buyer shares them). Somebody else who has that id in another network of
platforms stays. Texts of other buyers' alerts may keep the start of the key, which then leads to nobody.
It needs the secret of the keyed hashes, works on the user's right to `ALTER` and `DELETE`, and may be repeated.

- Kafka comes first: what its topics still hold, a sink that reads them again would store again.
- `dead_letters` holds rejected bytes that name nobody a query could find; they go by its retention, 25 months
  unless the table's TTL is changed.
- Backups are the operator's.
"""


def page() -> str:
    """docs/queries.md, made from the queries."""
    parts = [_HEAD]
    for title, queries in SECTIONS.items():
        parts += [f"## {title}\n", *map(_of, queries)]
    return "\n".join([*parts, _FOOT])


def _of(query: Query) -> str:
    given = " ".join(f"--param {name}={value or '…'}" for name, value in query.parameters.items())
    notes = [query.note, f"`cloudtag warehouse query --named {query.name} {given}`" if given else ""]
    text = "\n".join(note for note in notes if note)
    told = f"### {query.question}\n\n`{query.name}`\n\n```sql\n{query.sql}\n```\n"
    return told + (f"\n{text}\n" if text else "")


if __name__ == "__main__":
    sys.stdout.write(page())
