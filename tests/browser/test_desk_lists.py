"""The left side of the console: the queue, one's own conversations, and all the others."""

from pathlib import Path

from playwright.async_api import Page, expect

from chatserver.app import RunningServer
from chatserver.core.people import Rank
from chatserver.services.accounts import TechnicianTerms
from tests.browser.conftest import PersonComes, TechnicianSits
from tests.browser.console_actions import hold_session
from tests.browser.sign_in import open_signed_in
from tests.browser.stored_conversations import store_conversations
from tests.conftest import StartServer
from tests.wire.client import customer, opened
from tests.wire.client import technician as colleague

# Ten times what is in the page at once, and ten pages of an answer: more shows nothing new.
LONG = 1_000


async def away(console: Page) -> None:
    """Set the status to away, so that new customers wait."""
    await console.get_by_label("Status").select_option("away")
    await expect(console.get_by_text("Away: you won’t get new customers.")).to_be_visible()


async def set_targets(console: Page, server: RunningServer, **targets: int) -> None:
    """Set the waiting times from which a customer is marked, as an administrator."""
    answer = await console.request.post(
        f"{server.url}/admin/site", data={"targets": targets}, headers={"Origin": server.url}
    )
    assert answer.ok, await answer.text()


async def test_waiting_turns_amber_and_red_at_the_operators_targets(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician(rank=Rank.ADMIN)
    await away(console)
    async with customer(server) as ann:
        await opened(ann, text="It blinks")
        waits = console.locator(".queue time")
        await expect(waits).to_have_class("soft")
        await set_targets(console, server, amber=1_000, red=3_600_000)
        await expect(waits).to_have_class("late")
        await set_targets(console, server, amber=1_000, red=1_001)
        await expect(waits).to_have_class("very-late")


async def test_waiting_customers_stand_by_arrival_above_left_messages(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await away(console)
    async with (
        customer(server, name="Pat") as pat,
        customer(server, name="Ann") as ann,
        customer(server, name="Eve") as eve,
    ):
        await opened(pat, text="no hurry", written=True)
        await opened(ann, text="first")
        await opened(eve, text="second")
        names = console.locator(".queue .entry .name")
        await expect(names).to_have_text(["Ann", "Eve", "Pat"])
        await expect(console.locator(".queue time").last).to_contain_text("Reply by")
        await console.get_by_role("button", name="Accept Eve").click()
        await expect(names).to_have_text(["Ann", "Pat"])
        await expect(console.locator(".pane").get_by_text("second")).to_be_visible()


async def test_a_requeued_customer_stands_first_with_the_reason(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await away(console)
    async with (
        customer(server, name="Eve") as eve,
        customer(server, name="Ann") as ann,
        colleague(server, "cat", status="away", topics=frozenset({"dsl"})) as cat,
    ):
        await opened(eve, text="hello")
        conversation = await opened(ann, text="second")
        await cat.ok("accept", conversation=conversation)
        await cat.ok("transfer", conversation=conversation, topic="dsl")
        first = console.locator(".queue .entry").first
        await expect(first.locator(".name")).to_have_text("Ann")
        await expect(first).to_contain_text("Transferred by a colleague")


async def test_a_waiting_conversation_can_be_read_before_accepting(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await away(console)
    async with customer(server, name="Ann") as ann:
        conversation = await opened(ann, text="It blinks")
        await console.locator(".queue .entry .name").click()
        pane = console.locator(".pane")
        await expect(pane.get_by_text("It blinks")).to_be_visible()
        await ann.ok("send", conversation=conversation, text="and it beeps")
        await expect(pane.get_by_text("and it beeps")).to_be_visible()
        await expect(pane.get_by_role("textbox")).to_have_count(0)
        await pane.get_by_role("button", name="Accept").click()
        await expect(pane.get_by_role("textbox")).to_be_enabled()


async def test_the_oldest_unanswered_stands_first_and_only_what_is_unanswered_is_loud(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician(rank=Rank.ADMIN)
    await set_targets(console, server, amber=1_000, red=3_600_000)
    async with customer(server, name="Ann") as ann, customer(server, name="Eve") as eve:
        await opened(ann, text="first")
        await expect(console.locator(".pane")).to_have_count(1)
        await opened(eve, text="second")
        names = console.locator(".entry:not(.queue *) .name [dir]")
        await expect(names).to_have_text(["Ann", "Eve"])
        field = console.locator(".pane").first.get_by_role("textbox")
        await field.fill("Which light?")
        await field.press("Enter")
        await expect(names).to_have_text(["Eve", "Ann"])
        times = console.locator(".entry:not(.queue *) time")
        await expect(times.first).to_have_class("late")
        await expect(times.first).to_contain_text("Waits for you")
        await expect(times.last).to_have_class("soft")
        await expect(times.last).to_contain_text("Answered")


async def test_the_status_is_what_one_chose_as_far_as_one_is_connected(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician(capacity=1)
    state = console.locator(".me .state")
    await expect(state).to_have_text("0 of 1: you’ll get new customers.")
    async with customer(server) as ann:
        await opened(ann, text="hello")
        await expect(state).to_contain_text("Full: 1 of 1.")
        await console.get_by_label("Status").select_option("offline")
        await expect(state).to_contain_text("Offline: you won’t get new customers.")


async def test_colleagues_are_one_line_that_opens(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with colleague(server, "cat", capacity=3), colleague(server, "dan", status="away"):
        line = console.get_by_text("2 colleagues, 0 of 5 taken")
        await line.click()
        await expect(console.locator(".colleague").first).to_contain_text("Cat (0 of 3)")
        await expect(console.locator(".colleague").last).to_contain_text("Dan (0 of 2)Away")


async def test_a_list_of_1000_conversations_keeps_the_page_small(
    server: RunningServer, technician: TechnicianSits, tmp_path: Path
) -> None:
    console = await technician()
    bob = await server.accounts.hire("bob", TechnicianTerms())
    said = [(f"question {number}", f"answer {number}") for number in range(LONG)]
    await store_conversations(tmp_path / "data", bob, said)
    await console.get_by_role("tab", name="Look up").click()
    rows = console.locator("virtual-list [role=option]")
    await expect(rows.first).to_contain_text(f"question {LONG - 1}")
    await console.locator("virtual-list").focus()
    for reached in range(100, LONG + 1, 100):
        await console.keyboard.press("End")
        # The next page is fetched only when the list is scrolled to its end.
        at_least = min(reached + 1, LONG)
        await console.wait_for_function(
            "count => document.querySelector('virtual-list > div').clientHeight >= count * 72",
            arg=at_least,
        )
        assert await rows.count() < 100
    await console.keyboard.press("End")
    last = console.locator(f"[aria-posinset='{LONG}']")
    await expect(last).to_contain_text("question 0")
    await expect(last).to_have_attribute("aria-selected", "true")
    await expect(last).to_have_attribute("aria-setsize", str(LONG))
    active = await console.locator("virtual-list").get_attribute("aria-activedescendant")
    assert active == await last.get_attribute("id")
    await console.keyboard.press("ArrowUp")
    await console.keyboard.press("Enter")
    await expect(console.locator(".pane").get_by_text("question 1", exact=True)).to_be_visible()
    assert await rows.count() < 100


async def test_a_closed_conversation_is_found_by_what_was_said_and_only_read(
    server: RunningServer, technician: TechnicianSits, tmp_path: Path
) -> None:
    console = await technician()
    bob = await server.accounts.hire("bob", TechnicianTerms())
    said = [("My modem blinks red", "Press the small button"), ("The printer is on fire", "Run")]
    await store_conversations(tmp_path / "data", bob, said)
    await console.get_by_role("tab", name="Look up").click()
    rows = console.locator("virtual-list [role=option]")
    await expect(rows).to_have_count(2)
    await console.get_by_label("Search words, name, address, reference").fill("small butt")
    await expect(rows).to_have_count(1)
    await expect(rows.locator("mark")).to_have_text(["small", "button"])
    await console.get_by_label("Search words, name, address, reference").fill("astrology")
    await expect(console.get_by_text("Nothing found.")).to_be_visible()
    await console.get_by_label("Search words, name, address, reference").fill("small butt")
    await rows.click()
    pane = console.locator(".pane")
    await expect(pane.get_by_text("My modem blinks red")).to_be_visible()
    await expect(pane.get_by_text("Kept for reading.")).to_be_visible()
    await expect(pane.get_by_role("textbox")).to_have_count(0)
    await expect(pane.get_by_role("button", name="Transfer")).to_have_count(0)


async def test_open_conversations_are_found_too_and_nobody_is_told_that_nothing_was_found_unasked(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    await console.get_by_role("tab", name="Look up").click()
    await expect(console.get_by_text("Your conversations stand here.")).to_be_visible()
    await expect(console.get_by_text("Nothing found.")).to_have_count(0)
    async with customer(server, name="Ann Lee") as ann:
        reference = (await ann.ok("open", text="My modem blinks"))["reference"]
        await ann.event("assigned")
        rows = console.locator("virtual-list [role=option]")
        for text in ("modem", "ann lee", reference, reference.replace("-", "").lower()):
            await console.get_by_label("Search words, name, address, reference").fill(text)
            await expect(rows).to_have_count(1)
            await expect(rows).to_contain_text("in progress")
        await console.get_by_label("Which").select_option("Closed")
        await expect(console.get_by_text("Nothing found.")).to_be_visible()
        await console.get_by_label("Which").select_option("All")
        await expect(rows).to_have_count(1)
        await console.get_by_label("To", exact=True).fill("2020-01-01")
        await expect(console.get_by_text("Nothing found.")).to_be_visible()


async def test_customers_who_gave_up_waiting_are_listed(
    start: StartServer, people: PersonComes
) -> None:
    server = await start(customer_grace_s=0)
    async with colleague(server, "sue", rank=Rank.SUPERVISOR, status="away") as sue:
        async with customer(server, name="Ann") as ann:
            await opened(ann)
        await sue.next("conversation", status="closed")
        page = await people()
        known = await server.accounts.find_by_login("sue")
        assert known is not None
        await page.goto(server.url + await server.accounts.sign_in_link(known))
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("button", name="Skip").click()
        await page.get_by_role("tab", name="Look up").click()
        await page.get_by_label("Whose").select_option("Everyone’s")
        await page.get_by_label("Which").select_option("Given up waiting")
        await expect(page.locator("virtual-list [role=option]")).to_contain_text("Ann")
        await page.get_by_label("Which").select_option("In progress")
        await expect(page.get_by_text("Nothing found.")).to_be_visible()


async def test_a_supervisor_who_is_quicker_than_the_session_may_still_choose_whose(
    server: RunningServer, people: PersonComes
) -> None:
    page = await people()
    begin_session = await hold_session(page)
    await open_signed_in(page, server, "sue", TechnicianTerms(rank=Rank.SUPERVISOR))
    await page.get_by_role("tab", name="Look up").click()
    await expect(page.get_by_label("Which")).to_be_visible()
    await expect(page.get_by_label("Whose")).to_be_hidden()
    begin_session()
    await page.get_by_label("Whose").select_option("Everyone’s")
    await expect(page.get_by_text("Your conversations stand here.")).to_be_visible()


async def test_lists_name_a_conversation_by_its_first_question(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician()
    async with customer(server) as ann:
        conversation = await opened(ann, text="My modem blinks")
        await ann.event("assigned", conversation)
        await ann.ok("send", conversation=conversation, text="and hums")
        await expect(console.locator(".pane").get_by_text("and hums")).to_be_visible()
        await expect(console.locator(".entry")).to_contain_text("My modem blinks")
        await expect(console.locator(".entry")).not_to_contain_text("and hums")
        await console.get_by_role("tab", name="Look up").click()
        await expect(console.locator("virtual-list [role=option]")).to_contain_text(
            "My modem blinks"
        )


async def test_a_supervisor_reads_along_and_takes_over(
    server: RunningServer, technician: TechnicianSits
) -> None:
    console = await technician("sue", rank=Rank.SUPERVISOR)
    await away(console)
    async with colleague(server) as bob, customer(server, name="Ann") as ann:
        conversation = await opened(ann, text="It blinks")
        await bob.event("assigned")
        await console.get_by_role("tab", name="Look up").click()
        await console.get_by_label("Whose").select_option("Everyone’s")
        await console.get_by_label("Which").select_option("In progress")
        await console.locator("virtual-list [role=option]").click()
        pane = console.locator(".pane")
        await expect(pane.get_by_text("It blinks")).to_be_visible()
        await bob.ok("note", conversation=conversation, text="looks like the old firmware")
        await expect(pane.get_by_text("looks like the old firmware")).to_be_visible()
        await expect(pane.get_by_role("textbox")).to_have_count(0)
        await pane.get_by_role("button", name="Take over").click()
        field = pane.get_by_role("textbox")
        await expect(field).to_be_enabled()
        await field.fill("I take care of it")
        await field.press("Enter")
        assert (await ann.event("message", conversation))["text"] == "It blinks"
        assert (await ann.event("message", conversation))["text"] == "I take care of it"
