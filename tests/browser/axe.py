"""Accessibility checks of a page with axe-core."""

from functools import cache
from pathlib import Path

from playwright.async_api import Frame, Page

SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async (rules) => {
  const { violations } = await axe.run(document, { runOnly: rules, iframes: false });
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, any, all }) => {
      const why = [...any, ...all].map(({ message }) => message).join('; ');
      return `${id}: ${help}\\n  at ${target.join(' ')}\\n  ${why}`;
    }),
  );
}"""


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


async def barriers(page: Page) -> list[str]:
    """Return the violations on a page and in its frames, each with its place.

    Waits for the end of animations, so that no half-faded colour is judged.
    """
    found: list[str] = []
    for frame in page.frames:
        if frame.url.startswith("http"):
            found += [f"{frame.url}: {barrier}" for barrier in await _of(frame)]
    return found


async def _of(frame: Frame) -> list[str]:
    await frame.evaluate(_script())
    # After a reload the page is where it was scrolled to, and a bar that stays in view may then
    # cover the half of a button, which axe takes for a small one.
    await frame.evaluate(
        "() => new Promise((resolve) => { scrollTo(0, 0);"
        "requestAnimationFrame(() => setTimeout(resolve)); setTimeout(resolve, 500); })"
    )
    await frame.evaluate(
        # In a frame that is not drawn, no animation ever ends: hence the second at most.
        "() => Promise.race([new Promise((resolve) => setTimeout(resolve, 1_000)),"
        "Promise.allSettled(document.getAnimations()"
        ".filter((each) => each.effect?.getComputedTiming().endTime !== Infinity)"
        ".map((each) => each.finished))])"
    )
    answer: list[str] = await frame.evaluate(RUN, RULES)
    return answer
