"""What the workers refused: how much of each topic, why, and one example of each reason."""

from collections.abc import Iterable, Iterator, Sequence

from cloudtag.contract.records import DeadLetter
from cloudtag.contract.times import rfc3339
from cloudtag.doctor.diagnosis import Diagnosis, graded, share, shown
from cloudtag.doctor.look import Look
from cloudtag.doctor.sample import SampledRecord, TopicSample
from cloudtag.wire import Undecodable

STREAM = "dead-letters"


def dead_letters(letters: TopicSample, topics: Sequence[TopicSample], look: Look) -> Iterator[Diagnosis]:
    """For each topic and reason: how many of the sampled records became dead letters, and how many dead letters there
    are.

    `topics` are the input topics, `letters` their topic.
    """
    known = list(_letters(letters.records, look))
    sampled = {topic.name: {(r.partition, r.offset) for r in topic.records} for topic in topics}
    groups: dict[tuple[str, str], list[DeadLetter]] = {}
    for letter in known:
        groups.setdefault((letter.topic, letter.reason), []).append(letter)
    if not groups:
        yield Diagnosis(check="dead_letters", severity="ok", topic=letters.name, text="there are no dead letters")
    for (topic, reason), group in sorted(groups.items(), key=lambda item: -len(item[1])):
        places = sampled.get(topic, set())
        recent = sum((letter.partition, letter.offset) in places for letter in group)
        last = max(group, key=lambda letter: letter.seen_at)
        example = f"{shown(last.error)!r} at partition {last.partition} offset {last.offset}"
        told = f"{len(group):,} dead letters for {shown(reason)}, {example}"
        now = f"; {share(recent, len(places))} of the latest" if recent else "; none of the latest records"
        yield Diagnosis(
            check="dead_letters",
            severity=graded(recent, len(places)) if recent else "warn",
            topic=shown(topic),
            text=f"{told}{now}, the last at {rfc3339(last.seen_at)}",
            advice="mend the cause, then `cloudtag dead-letters replay --reason "
            f"{shown(reason)}`; `cloudtag dead-letters list` shows all",
            figures={"reason": shown(reason), "letters": len(group), "records": recent, "sampled": len(places)},
        )


def _letters(records: Iterable[SampledRecord], look: Look) -> Iterator[DeadLetter]:
    """Every dead letter once: one of a place is written again after a crash."""
    seen: set[tuple[str, int, int]] = set()
    for record in records:
        try:
            letter = look.letter_decoder.decode(STREAM, record.value)
        except Undecodable:
            continue
        if isinstance(letter, DeadLetter) and (place := (letter.topic, letter.partition, letter.offset)) not in seen:
            seen.add(place)
            yield letter
