"""The personal menu in the head of every page for technicians."""

import pytest
from playwright.async_api import Page, expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from tests.browser.axe import barriers
from tests.browser.conftest import TechnicianSits
from tests.browser.console_actions import connected
from tests.wire.client import customer, opened


async def open_menu(page: Page) -> None:
    """Open the menu by keyboard."""
    await page.get_by_role("button", name="Your settings Bob").press("Enter")
    await expect(page.get_by_role("group", name="Your settings")).to_be_visible()


@pytest.mark.parametrize("place", ["console", "supervision", "administration"])
async def test_the_menu_is_used_by_keyboard_and_gives_the_focus_back(
    server: RunningServer, technician: TechnicianSits, place: str
) -> None:
    page = await technician(rank=Rank.ADMIN)
    await page.goto(f"{server.url}/{place}")
    await open_menu(page)
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("radio", name="System")).to_be_focused()
    assert await barriers(page) == []
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("group", name="Your settings")).to_be_hidden()
    await expect(page.get_by_role("button", name="Your settings")).to_be_focused()


async def test_the_chosen_language_counts_for_every_page_of_the_browser(
    server: RunningServer, technician: TechnicianSits
) -> None:
    page = await technician(rank=Rank.ADMIN)
    await page.goto(f"{server.url}/administration")
    await open_menu(page)
    await page.get_by_role("combobox", name="Language").select_option("Español")
    await expect(page.get_by_role("heading", name="Administración")).to_be_visible()
    await page.goto(f"{server.url}/supervision")
    await expect(page.get_by_role("heading", name="Supervisión")).to_be_visible()
    await page.get_by_role("button", name="Sus ajustes").click()
    await page.get_by_role("combobox", name="Idioma").select_option("El del navegador")
    await expect(page.get_by_role("heading", name="Supervision", exact=True)).to_be_visible()


async def test_a_password_is_changed_and_the_session_ended_knowing_what_it_means(
    server: RunningServer, technician: TechnicianSits
) -> None:
    page = await technician()
    await connected(page)
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        await page.locator(".pane").wait_for()
        await open_menu(page)
        await page.get_by_text("Change password").click()
        await page.get_by_label("New password").fill("a long new password")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Your new password is saved.")).to_be_visible()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_text("1 open conversation goes to someone else.")).to_be_visible()
        await page.get_by_role("button", name="Sign out anyway").click()
    await page.get_by_label("Login").fill("bob")
    await page.get_by_label("Password").fill("a long new password")
    await page.get_by_role("button", name="Sign in").click()
    await connected(page)
