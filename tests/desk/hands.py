"""How a person reaches what is on a page: with a pointer, or with keys alone. Each writes down what it did."""

from typing import Literal, Protocol

from playwright.sync_api import Locator, Page

Way = Literal["mouse", "keys", "no_javascript"]
Step = Literal["point", "click", "key"]
MOST_STEPS = 200


class Hand(Protocol):
    """Does something on a page."""

    done: list[Step]

    def use(self, what: Locator, key: str = "") -> None:
        """Follow a link, press a button, choose a field. `key` does the same where keys work."""

    def go(self, what: Locator, key: str = "") -> None:
        """The same, and return when the page that it leads to is there."""

    def take(self, case: Locator) -> None:
        """Open one of the cases of a queue."""


class Mouse:
    """Points and clicks."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.done: list[Step] = []

    def use(self, what: Locator, key: str = "") -> None:
        """See `Hand`."""
        self.done += ["point", "click"]
        what.click()

    def go(self, what: Locator, key: str = "") -> None:
        """See `Hand`."""
        with self._page.expect_navigation():
            self.use(what, key)

    def take(self, case: Locator) -> None:
        """See `Hand`."""
        self.go(case)


class Keys:
    """Presses keys, and nothing else."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.done: list[Step] = []

    def press(self, key: str) -> None:
        """A key, or several at once."""
        self.done += ["key"] * len(key.split("+"))
        self._page.keyboard.press(key)

    def use(self, what: Locator, key: str = "") -> None:
        """See `Hand`."""
        if key:
            self.press(key)
            return
        self._walk(what, "Tab")
        self.press("Space" if what.get_attribute("type") in ("radio", "checkbox") else "Enter")

    def go(self, what: Locator, key: str = "") -> None:
        """See `Hand`."""
        if not key:
            self._walk(what, "Tab")
        with self._page.expect_navigation():
            self.press(key or "Enter")

    def take(self, case: Locator) -> None:
        """See `Hand`."""
        self._walk(case, "j")
        with self._page.expect_navigation():
            self.press("Enter")

    def _walk(self, what: Locator, key: str) -> None:
        for _ in range(MOST_STEPS):
            if what.evaluate("element => element === document.activeElement"):
                return
            self.press(key)
        raise AssertionError(f"{key} does not reach {what}")


def hand(page: Page, way: Way) -> Hand:
    """A person's way with a page."""
    return Keys(page) if way == "keys" else Mouse(page)
