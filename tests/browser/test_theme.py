"""Light and dark, as people choose them."""

from playwright.async_api import Page, expect

from tests.browser.conftest import TechnicianSits

GROUND = "() => getComputedStyle(document.body.parentElement).backgroundColor"
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(20, 23, 28)"


async def wears(page: Page, colour: str) -> None:
    await page.wait_for_function(f"({GROUND})() === '{colour}'")


async def test_a_chosen_theme_is_kept_on_every_page_and_in_every_tab(
    technician: TechnicianSits,
) -> None:
    console = await technician()
    await console.emulate_media(color_scheme="light")
    await wears(console, LIGHT)
    other = await console.context.new_page()
    await other.goto(console.url)
    theme = console.get_by_role("group", name="Colours")
    await theme.get_by_role("radio", name="System").press("ArrowLeft")
    await expect(theme.get_by_role("radio", name="Dark")).to_be_checked()
    await wears(console, DARK)
    await wears(other, DARK)
    await other.goto(console.url.replace("/console", "/login"))
    await wears(other, DARK)
    await theme.get_by_role("radio", name="Dark").press("ArrowRight")
    await wears(console, LIGHT)
