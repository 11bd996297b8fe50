"""Technicians are signed in when their first page opens."""

from playwright.async_api import Page

from chatserver.app import RunningServer
from chatserver.services.accounts import TechnicianTerms


async def open_signed_in(
    page: Page,
    server: RunningServer,
    login: str,
    terms: TechnicianTerms,
    *,
    path: str = "/console",
    site: str | None = None,
) -> None:
    """Hire a technician, give the profile of a page their session cookie, and open a path.

    `site` is the address at which the browser reaches the server, if it is another. Clicking
    through the login page took 0.7 s of CPU time, and `test_login.py` does it already.
    """
    address = site or server.url
    link = await server.accounts.sign_in_link(await server.accounts.hire(login, terms))
    answer = await page.request.post(
        f"{address}/login", data={"link": link.partition("#link=")[2]}, headers={"Origin": address}
    )
    assert answer.ok, await answer.text()
    await page.goto(address + path)
