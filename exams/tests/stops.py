"""For tests of plain pages by keyboard: a reader without a mouse who sees where the focus is."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from playwright.sync_api import Locator, Page

MOST_STOPS: Final = 150  # of the Tab key; no page of results has more

# What has the focus: its place in the document, what it is called, and what is wrong with its look.
_STOP: Final = """() => {
  const node = document.activeElement;
  if (!node || node === document.body || node === document.documentElement) return null;
  const style = getComputedStyle(node);
  const [box] = node.getClientRects();
  const at = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const wrong = [];
  if (!node.matches(":focus-visible") || style.outlineStyle === "none") wrong.push("no outline");
  if (style.boxShadow === "none") wrong.push("no ring");
  if (!box || box.top < 0 || box.bottom > innerHeight) wrong.push("out of sight");
  else if (!at || !(node.contains(at) || at.contains(node))) wrong.push("covered");
  return {
    place: [...document.querySelectorAll("*")].indexOf(node),
    said: (node.getAttribute("aria-label") || node.innerText || node.name || node.id).trim(),
    wrong: wrong.join(", "),
  };
}"""

# The places that Tab has to reach: of a group of radio buttons one.
_WANTED: Final = """() => {
  const all = [...document.querySelectorAll("*")];
  const kinds = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const groups = new Set();
  return all.filter((node) => {
    if (!node.matches(kinds) || node.disabled || node.tabIndex < 0) return false;
    if (!node.checkVisibility({ visibilityProperty: true })) return false;
    if (node.type !== "radio") return true;
    const chosen = all.find((one) => one.name === node.name && one.checked);
    const isIt = chosen ? chosen === node : !groups.has(node.name);
    groups.add(node.name);
    return isIt;
  }).map((node) => all.indexOf(node));
}"""


class Stop(NamedTuple):
    """What has the focus.

    Attributes:
        place: In the document, counted in elements.
        wrong: What hides the focus from who looks for it; empty when it is seen.
    """

    place: int
    said: str
    wrong: str


class Reader:
    """A person without a mouse. Every stop on the way is looked at."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.press = page.keyboard.press
        self.write = page.keyboard.type

    def stop(self) -> Stop | None:
        """Return what has the focus; None while nothing has."""
        found: Any = self.page.evaluate(_STOP)
        return Stop(**found) if found else None

    def tab(self) -> Stop | None:
        """Go one stop on, which must be seen."""
        self.press("Tab")
        stop = self.stop()
        assert not (stop and stop.wrong), (self.page.url, stop)
        return stop

    def to(self, target: str | Locator) -> None:
        """Tab until the target has the focus."""
        found = self.page.locator(target) if isinstance(target, str) else target
        for _ in range(MOST_STOPS):
            if found.evaluate("(node) => node === document.activeElement"):
                return
            self.tab()
        raise AssertionError(f"{self.page.url}: Tab never comes to {target}")

    def push(self, target: str | Locator, key: str = "Enter") -> None:
        self.to(target)
        self.press(key)

    def go(self, target: str | Locator) -> None:
        """Press what leads to another page, and wait for it."""
        self.to(target)
        with self.page.expect_navigation():
            self.press("Enter")

    def fill(self, target: str | Locator, text: str) -> None:
        self.to(target)
        self.press("Control+a")
        self.write(text)

    def download(self, target: str | Locator) -> bytes:
        """Press what gives a file out; return the file."""
        self.to(target)
        with self.page.expect_download() as started:
            self.press("Enter")
        return Path(started.value.path()).read_bytes()

    def tour(self) -> list[str]:
        """Tab from the top of the page through all of it and out again; return what was met.

        Nothing that can be used is left out, the order is that of the reading, nothing holds the
        focus fast.
        """
        self.page.evaluate(
            "document.activeElement.blur(), getSelection().collapse(document.body, 0)"
        )
        wanted: Sequence[int] = self.page.evaluate(_WANTED)
        met: list[Stop] = []
        for _ in range(MOST_STOPS):
            stop = self.tab()
            if stop is None or (met and stop.place == met[0].place):
                break
            met.append(stop)
        assert [one.place for one in met] == sorted(wanted), (
            self.page.url,
            [one.said for one in met],
        )
        return [one.said for one in met]
