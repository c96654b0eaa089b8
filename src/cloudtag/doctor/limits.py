"""From when on a share or a distance is worth a word: every threshold of the doctor, with its reason."""

MUCH = 0.01
"""A producer that is set wrongly spoils at least this share of a topic; less is sent by hand, or a leftover."""

LOOKS_LIKE = 0.95
"""So many of the misplaced keys must fit a partitioner to name it: all but the odd one of another producer."""
FEWEST_KEYS = 8
"""Without so many misplaced keys no partitioner is named: of two partitions, all fit by chance once in 256."""

FUTURE_MS = 60_000
"""Clocks that are kept in step differ by milliseconds; a minute ahead of the broker is a wrong clock."""
FAR_PAST_MS = 30 * 86_400_000
"""Older than what topics keep: history being loaded, or a wrong clock."""
ZONE_STEP_MS = 1_800_000
"""Time zones differ by half hours (the few by quarters are not distinguished)."""
ZONE_WIDTH_MS = 600_000
"""How far from a time zone's offset a record may lie: what a stream of events takes to arrive."""
ZONE_LEAST_STEPS = 2
"""An offset of half an hour is rather a batch job that runs every half hour."""
ZONE_MOST_STEPS = 28
"""No zone is more than 14 hours from UTC."""
ZONE_SHARE = 0.2
"""Delays spread evenly over a day put 1.4 % of the records near each offset, over an hour up to a sixth."""
ZONE_RECORDS = 10
"""Fewer records cluster by chance."""

EDITS = 2
"""A name so many letters from a known one is a slip; of short names less than half of the letters may differ."""

REPEATS = 0.1
"""Repeats change nothing, but a tenth of the work is done for nothing: a producer sends much of it again."""

FILLED_RECORDS = 200
"""Records without which nothing is said of fields that none of them fills."""

SAMPLE = 2_000
"""Records of a topic that are looked at: a share of one percent is then known to about half a percent."""
