"""Clopper–Pearson bounds against published values and against what they mean."""

import pytest

from cloudtag.evaluate import upper_share


@pytest.mark.parametrize("of", [1, 30, 10_000, 900_000])
def test_of_none_seen_the_bound_is_exact(of: int) -> None:
    assert upper_share(0, of) == pytest.approx(1 - 0.05 ** (1 / of), rel=1e-6)


@pytest.mark.parametrize(
    ("cases", "of", "confidence", "bound"),
    [
        (1, 10, 0.95, 0.39416),
        (5, 100, 0.975, 0.11283),
        (10, 100, 0.975, 0.17622),
        (50, 100, 0.975, 0.60168),
        (9, 10, 0.95, 0.99488),
    ],
)
def test_known_values(cases: int, of: int, confidence: float, bound: float) -> None:
    assert upper_share(cases, of, confidence) == pytest.approx(bound, abs=2e-5)


def test_few_among_many_is_poisson() -> None:
    """The exact upper 95 % bounds of a Poisson mean with 0, 1 and 3 seen are 2.9957, 4.7439 and 7.7537."""
    of = 1_000_000
    for cases, mean in ((0, 2.9957), (1, 4.7439), (3, 7.7537)):
        assert of * upper_share(cases, of) == pytest.approx(mean, rel=1e-4)


def test_it_grows_with_what_was_seen_and_shrinks_with_how_many_were_looked_at() -> None:
    bounds = [upper_share(cases, 50) for cases in range(51)]
    assert bounds == sorted(set(bounds))
    assert bounds[-1] == 1.0
    assert upper_share(2, 100) > upper_share(2, 200)


def test_of_nothing_nothing_is_known() -> None:
    assert upper_share(0, 0) == 1.0


@pytest.mark.parametrize(("cases", "of"), [(3, 2), (-1, 2)])
def test_more_cases_than_there_are_to_see_are_refused(cases: int, of: int) -> None:
    with pytest.raises(ValueError, match="cases of"):
        upper_share(cases, of)
