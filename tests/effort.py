"""How much of what chance chooses is tried: in every run some, with `--hypothesis-profile thorough` all of it."""

from hypothesis import settings

THOROUGH = "thorough"
SHARE, FEWEST = 3, 5


def register() -> None:
    """Make the profile known; `make test-long` asks for it."""
    settings.register_profile(THOROUGH, settings.get_profile("default"), deadline=None, print_blob=True)


def examples(many: int) -> int:
    """How many examples a law is tried with, of those a thorough run takes."""
    return many if settings.get_current_profile_name() == THOROUGH else max(FEWEST, many // SHARE)
