"""Light and dark colour schemes, by the system's preference or by choice."""

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import TechnicianSits

LIGHT = re.compile(r"rgb\((255, 255, 255|245, 246, 248)\)")
DARK = re.compile(r"rgb\((20, 23, 28|28, 32, 39)\)")
"""The two background colours of pages in the dark scheme."""


async def wears(page: Page, colour: re.Pattern[str]) -> None:
    await expect(page.locator("html")).to_have_css("background-color", colour)


async def test_a_chosen_theme_is_kept_on_every_page_and_in_every_tab(
    technician: TechnicianSits,
) -> None:
    console = await technician()
    await console.emulate_media(color_scheme="light")
    await wears(console, LIGHT)
    other = await console.context.new_page()
    await other.goto(console.url)
    await console.get_by_role("button", name="Your settings").click()
    theme = console.get_by_role("group", name="Colours")
    await theme.get_by_role("radio", name="System").press("ArrowLeft")
    await expect(theme.get_by_role("radio", name="Dark")).to_be_checked()
    await wears(console, DARK)
    await wears(other, DARK)
    await other.goto(console.url.replace("/console", "/login"))
    await wears(other, DARK)
    await theme.get_by_role("radio", name="Dark").press("ArrowRight")
    await wears(console, LIGHT)
