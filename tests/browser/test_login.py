"""Sign-in by link and by password, which leads on to the page that was asked for."""

from playwright.async_api import Page, expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from tests.browser.axe import barriers
from tests.browser.conftest import PersonComes

PASSWORD = "correct horse battery"


async def choose_password(page: Page, server: RunningServer, rank: Rank = Rank.TECHNICIAN) -> None:
    link = await server.accounts.sign_in_link(
        await server.accounts.hire("bob", TechnicianTerms("Bob", rank))
    )
    await page.goto(server.url + link)
    await page.get_by_role("button", name="Sign in").press("Enter")
    await page.get_by_label("New password").fill(PASSWORD)
    await page.get_by_role("button", name="Save").click()
    await page.wait_for_url("**/console")


async def test_after_signing_in_the_page_that_was_asked_for_opens(
    people: PersonComes, server: RunningServer
) -> None:
    await choose_password(await people(), server, Rank.SUPERVISOR)
    page = await people()
    await page.goto(f"{server.url}/supervision")
    await page.wait_for_url("**/login?next=/supervision")
    await expect(page.get_by_label("Login")).to_be_focused()
    await page.keyboard.type("bob")
    await page.get_by_label("Password").fill("wrong")
    await page.get_by_label("Password").press("Enter")
    await expect(page.get_by_text("That login or password isn’t right.")).to_be_visible()
    await expect(page.get_by_label("Login")).to_have_value("bob")
    assert await barriers(page) == []
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("Password").press("Enter")
    await page.wait_for_url("**/supervision")


async def test_the_login_never_redirects_to_another_server(
    people: PersonComes, server: RunningServer
) -> None:
    await choose_password(await people(), server)
    page = await people()
    await page.goto(f"{server.url}/login?next=//evil.example/")
    await page.get_by_label("Login").fill("bob")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url(f"{server.url}/console")


async def test_a_spent_link_says_so_and_offers_the_password(
    people: PersonComes, server: RunningServer
) -> None:
    page = await people(locale="de-DE")
    await page.goto(f"{server.url}/login#link=spent")
    await page.get_by_role("button", name="Anmelden").click()
    assert "spent" not in page.url
    await expect(page.get_by_text("Dieser Link wurde bereits benutzt")).to_be_visible()
    assert await barriers(page) == []
    await page.get_by_role("button", name="Stattdessen ein Passwort verwenden").click()
    await expect(page.get_by_label("Benutzername")).to_be_focused()


async def test_a_link_is_taken_where_the_page_is_open_already(
    people: PersonComes, server: RunningServer
) -> None:
    page = await people()
    await page.goto(f"{server.url}/login")
    await expect(page.get_by_label("Login")).to_be_focused()
    link = await server.accounts.sign_in_link(
        await server.accounts.hire("bob", TechnicianTerms("Bob"))
    )
    await page.goto(server.url + link)
    await expect(page.get_by_text("Your one-time link is ready.")).to_be_visible()
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
