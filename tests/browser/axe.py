"""Accessibility checks of a page with axe-core."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from playwright.async_api import Frame, Page

SCRIPT = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules that a colour scheme can break: the other scheme has the same text and layout."""

RUN = """async (rules) => {
  let hasChanged;
  const watch = new MutationObserver(() => (hasChanged = true));
  watch.observe(document, { subtree: true, childList: true, attributes: true });
  let violations;
  do {
    hasChanged = false;
    // Of rules that are kept axe would describe each element, and fetch the style sheets once more.
    const lean = { iframes: false, preload: false, resultTypes: ['violations'] };
    ({ violations } = await axe.run(document, { runOnly: rules, ...lean }));
    if (watch.takeRecords().length) hasChanged = true;
  } while (violations.length && hasChanged);
  watch.disconnect();
  const place = ({ target: [path] }) => {
    const { x, y, width, height } = document.querySelector(path).getBoundingClientRect();
    return `${path} (${[x, y, width, height].map(Math.round)})`;
  };
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => {
      const why = [...node.any, ...node.all].map(({ message, relatedNodes }) =>
        [message, ...relatedNodes.map(place)].join(' | '));
      return `${id}: ${help}\\n  at ${place(node)}, scrolled by ${scrollY}\\n  ${why.join('; ')}`;
    }),
  );
}"""
"""Returns what is wrong, with the box (x, y, width, height) of each element that plays a part.

A page that changed in the meantime is judged again: axe measures all elements once at its start,
and compares them later with others that were measured after the change.
"""


@cache
def _script() -> str:
    return SCRIPT.read_text(encoding="utf-8")


async def barriers(page: Page, rules: Sequence[str] = RULES) -> list[str]:
    """Return the violations on a page and in its frames, each with its place.

    Waits for the end of animations, so that no half-faded colour is judged.
    """
    found: list[str] = []
    for frame in page.frames:
        if frame.url.startswith("http"):
            found += [f"{frame.url}: {barrier}" for barrier in await _of(frame, rules)]
    return found


async def barriers_in_both_schemes(page: Page) -> list[str]:
    """Return the violations in the light scheme, and those of colours in the dark one."""
    await page.emulate_media(color_scheme="light")
    light = await barriers(page)
    await page.emulate_media(color_scheme="dark")
    return light + [f"dark: {barrier}" for barrier in await barriers(page, COLOURS)]


async def _of(frame: Frame, rules: Sequence[str]) -> list[str]:
    if not await frame.evaluate("() => 'axe' in window"):
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
    answer: list[str] = await frame.evaluate(RUN, rules)
    return answer
