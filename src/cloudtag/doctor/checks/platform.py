"""Platforms without a policy pack, and names that look like a slip."""

from collections import Counter
from collections.abc import Iterable, Iterator

from cloudtag.doctor.diagnosis import Diagnosis, graded, share, shown
from cloudtag.doctor.limits import EDITS
from cloudtag.doctor.look import Look
from cloudtag.doctor.reading import InputTopic


def platform(topic: InputTopic, look: Look) -> Iterator[Diagnosis]:
    """One finding for each platform that no pack is for, or that all are known."""
    names: Counter[str] = Counter(
        name for r in topic.values if r.fields is not None and isinstance(name := r.fields.get("platform"), str)
    )
    total = names.total()
    unknown = [(name, count) for name, count in names.most_common() if name not in look.platforms]
    if total and not unknown:
        told = f"every platform has a policy pack: {', '.join(sorted(names))}"
        yield Diagnosis(check="platform", severity="ok", topic=topic.name, text=told)
    for name, count in unknown:
        meant = meant_by(name, look.platforms)
        told = f"{share(count, total)} are of platform {shown(name)!r}, which has no policy pack: judged by `default`"
        yield Diagnosis(
            check="platform",
            severity="warn" if meant is None else graded(count, total),
            topic=topic.name,
            text=told if meant is None else f"{told}; {meant!r} is meant, it seems",
            advice="write a policy pack for it, or accept the rules of `default`"
            if meant is None
            else f"write the platform as {meant!r} in the producer, exactly so",
            figures={"platform": shown(name), "meant": meant or "", "records": count, "sampled": total},
        )


def meant_by(name: str, known: Iterable[str]) -> str | None:
    """The known name that another was meant to be: the nearest within so many edits, in any case; or none."""
    loose = "".join(letter for letter in name.casefold() if letter.isalnum())
    near = []
    for candidate in sorted(known):
        # Half of a short name's letters make another name of it: `jd` is not `bd`.
        most = min(EDITS, (len(candidate) - 1) // 2)
        edits = distance(loose, candidate, most)
        if edits <= most and candidate != "default":
            near.append((edits, candidate))
    return min(near)[1] if near else None


def distance(one: str, other: str, most: int) -> int:
    """The edit distance of two texts; `most` + 1 where it is more than that."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, 1):
        diagonal, row[0] = row[0], place
        for column, wanted in enumerate(other, 1):
            diagonal, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, diagonal + (letter != wanted)),
            )
    return min(row[-1], most + 1)
