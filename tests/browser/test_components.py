"""Single components of the pages, shown without their page and without a server."""

import mimetypes
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import PersonComes

STATIC = Path(__file__).parents[2] / "static"
ORIGIN = "https://components.test"

WORDS = """
    import { Words } from '/lib/i18n.js';
    const sections = await (await fetch('/i18n/en.json')).json();
    const words = new Words('en', { ...sections.shared, ...sections[SECTION] });
"""

QUEUE = """
    import { QueueList } from '/console/lists/queue-list.js';
    const customer = (conversation, name, opened_at, priority = 0) => [conversation, {
      summary: { conversation, customer: { name }, status: 'waiting', seq: 1, opened_at, priority,
        reply_by: null, topic: 'dsl', subject: null, last: null, reference: 'K7F3-9QMX' },
      log: { events: [] },
    }];
    const session = {
      conversations: new Map([customer('c1', 'Ann', 0), customer('c2', 'Zoe', 60000, 5)]),
      welcome: {},
      now: 120000,
      topicName: () => 'Internet',
    };
    const queue = new QueueList({
      words,
      session,
      isOpen: () => false,
      open: (id) => (document.title = `opened ${id}`),
      accept: async (id) => { throw new Error(`${id} was taken by Carl`); },
    });
    document.body.append(queue.section);
    queue.update();
"""

SECTION = """
    import { SettingsSection } from '/administration/settings-section.js';
    import { TargetsForm } from '/administration/targets-form.js';
    const site = { targets: { amber: 60000, red: 120000 }, revisions: { targets: 'r1' } };
    const theirs = { targets: { amber: 60000, red: 600000 }, revisions: { targets: 'r2' } };
    const store = {
      current: () => site,
      save: async () => { throw Object.assign(new Error('too late'), { code: 'conflict' }); },
      reload: async () => section.load(theirs),
      saved: () => undefined,
      edited: () => undefined,
    };
    const section = new SettingsSection('targets', new TargetsForm(words), { words, store });
    document.body.append(section.form.element);
    section.load(site);
"""

DIRECTIONS = r"""
import { fileName } from '/elements/file-name.js';
import { richText } from '/elements/rich-text.js';
import { messageText } from '/elements/message-text.js';
const turned = 'https://example.org/\u202egnp.exe';
const show = (id, ...nodes) => {
  const place = document.createElement('div');
  place.id = id;
  place.append(...nodes);
  document.body.append(place);
};
show('message', messageText(words, turned));
show('code', ...richText(words, '`a\u202eb`\n```\na\u2067b\n```'));
show('file', ...fileName({ name: 'invoice\u202efdp.exe', type: 'application/pdf', size: 1 }, 'en'));
"""


EARLIER = """
    import { MessageList } from '/elements/message-list.js';
    const author = { role: 'technician', id: 'bob', name: 'Bob' };
    const event = (seq) => {
      const text = `no. ${seq}`;
      return { conversation: 'c1', seq, prev: seq - 1, kind: 'message', at: seq, author, text };
    };
    const list = new MessageList();
    const show = (...seqs) => list.show({
      events: seqs.map(event), outgoing: [], side: 'customer', readBy: 0, typing: null,
      hasEarlier: seqs[0] > 1, words, topics: [],
    });
    document.body.append(list);
    show(3, 4);
    const log = list.querySelector('[role=log]');
    window.busy = [log.ariaBusy];
    const rows = new MutationObserver(() => busy.push(log.ariaBusy));
    rows.observe(log, { childList: true, subtree: true });
    list.addEventListener('earlier', () => {
      busy.push(log.ariaBusy);
      show(1, 2, 3, 4);
    });
    list.addEventListener('later', () => show(1, 2, 3, 4, 5));
"""

TARGETS = """
    import { TargetPicker } from '/console/transfer/target-picker.js';
    const picker = new TargetPicker(words, () => (document.title = picker.chosen?.name ?? 'none'));
    const cat = { kind: 'technician', id: 'cat', name: 'Cat', about: '', capacity: 4 };
    window.update = (load = 0) => picker.offer([{ ...cat, load }]);
    document.body.append(picker.element);
    update();
"""

LONG_LIST = """
    import { VirtualList } from '/console/lists/virtual-list.js';
    const list = new VirtualList();
    list.style = 'display: block; block-size: 200px';
    list.fill = (index) => [`item ${index}`];
    list.addEventListener('choose', ({ detail }) => (document.title = `chose ${detail}`));
    document.body.append(list);
    window.update = () => list.show(3, true);
    update();
"""

PLACES = """
    import { SiteNav } from '/elements/site-nav.js';
    const nav = new SiteNav();
    document.body.append(nav);
    window.update = () => nav.show(words, 'console', { supervises: true });
    update();
"""

SHARE = """
    import { ShareForm } from '/archive/share-form.js';
    window.answers = new Map();
    const post = (path) => new Promise((done) => answers.set(path.split('/')[3], (url) =>
      done({ url, valid_until: 0 })));
    const form = new ShareForm(words, { post });
    document.body.append(form.element);
    for (const conversation of ['c1', 'c2']) form.open(conversation);
"""

TECHNICIAN = """
    import { TechnicianForm } from '/administration/technician-form.js';
    const bob = { id: 'bob', login: 'bob', name: 'Bob', role: 'admin', capacity: 4, topics: [],
      skills: [], languages: [], level: 'normal', revision: 'r1' };
    const post = () => new Promise((done) => {
      window.answer = () => done({ technician: { ...bob, name: 'Bob Lee', revision: 'r2' } });
    });
    const changed = (each) => form.showTechnician(each);
    const store = { topics: () => [], changed, edited: () => undefined };
    const form = new TechnicianForm(bob, { words, http: { post }, store });
    form.showTechnician(bob);
    document.body.append(form.element);
"""


async def serve(route: Route) -> None:
    """Answer requests with the files of the pages; the page itself is empty."""
    path = urlsplit(route.request.url).path
    if path == "/":
        await route.fulfill(body="<!doctype html><title>alone</title>", content_type="text/html")
    else:
        kind = mimetypes.guess_type(path)[0]
        await route.fulfill(path=STATIC / path.removeprefix("/"), content_type=kind)


async def shown(people: PersonComes, section: str, source: str) -> Page:
    """Run a module in an empty page; `section` is the component's section of texts."""
    page = await people()
    await page.route(f"{ORIGIN}/**", serve)
    await page.goto(f"{ORIGIN}/")
    program = WORDS.replace("SECTION", repr(section)) + source
    await page.add_script_tag(content=program, type="module")
    return page


async def test_the_queue_is_shown_in_the_order_in_which_it_is_served(people: PersonComes) -> None:
    page = await shown(people, "console", QUEUE)
    await expect(page.locator(".entry .name")).to_have_text(["Zoe", "Ann"])
    await page.locator("[data-conversation=c1]").get_by_role("button").first.click()
    await expect(page).to_have_title("opened c1")


async def test_a_customer_who_was_just_taken_is_refused_in_the_queue(people: PersonComes) -> None:
    page = await shown(people, "console", QUEUE)
    await page.locator("[data-conversation=c2]").get_by_role("button").last.click()
    await expect(page.get_by_role("alert")).to_have_text("c2 was taken by Carl")


async def test_a_section_never_saves_over_what_was_saved_elsewhere(people: PersonComes) -> None:
    page = await shown(people, "administration", SECTION)
    red = page.get_by_role("spinbutton").last
    await red.fill("5")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("button", name="Use theirs").click()
    await expect(red).to_have_value("10")


async def test_an_override_of_direction_is_shown_and_does_nothing(people: PersonComes) -> None:
    page = await shown(people, "console", DIRECTIONS)
    await expect(page.locator("#message .unseen")).to_have_attribute("data-code", "U+202E")
    await expect(page.locator("#message a")).to_have_text("https://example.org/")
    await expect(page.locator("#code .unseen")).to_have_count(2)
    await expect(page.locator("#file bdi .unseen")).to_have_count(1)
    assert "\u202e" not in await page.content()


async def test_older_messages_come_in_while_the_log_is_busy(people: PersonComes) -> None:
    # Screen readers would announce all of them as if they had just been written.
    page = await shown(people, "conversation", EARLIER)
    await page.get_by_role("button", name="Show earlier messages").click()
    log = page.get_by_role("log")
    await expect(log.get_by_text("no. 1", exact=True)).to_be_visible()
    await expect(log).to_have_attribute("aria-busy", "false")
    await page.locator("message-list").dispatch_event("later")
    await expect(log.get_by_text("no. 5")).to_be_visible()
    assert await page.evaluate("busy") == ["false", "true", "true", "false"]


@pytest.mark.parametrize(
    ("section", "source", "title"),
    [("console", TARGETS, "Cat"), ("console", LONG_LIST, "chose 1")],
    ids=["targets", "long list"],
)
async def test_a_row_that_is_updated_while_it_is_pressed_is_chosen(
    people: PersonComes, section: str, source: str, title: str
) -> None:
    # Events of a busy desk arrive between the two halves of a click.
    page = await shown(people, section, source)
    await page.get_by_role("option", name=re.compile("Cat|item 1")).hover()
    await page.mouse.down()
    await page.evaluate("update(1)")
    await page.mouse.up()
    await expect(page).to_have_title(title)


async def test_links_between_the_pages_keep_the_focus_while_they_are_the_same(
    people: PersonComes,
) -> None:
    page = await shown(people, "console", PLACES)
    link = page.get_by_role("link", name="Supervision")
    await link.focus()
    await page.evaluate("update()")
    await expect(link).to_be_focused()


async def test_a_late_link_to_another_conversation_is_not_shared(people: PersonComes) -> None:
    page = await shown(people, "archive", SHARE)
    await page.wait_for_function("() => window.answers?.size === 2")
    await page.evaluate("answers.get('c2')('https://two')")
    field = page.get_by_label("Link")
    await expect(field).to_have_value("https://two")
    await page.evaluate("answers.get('c1')('https://one')")
    await expect(field).to_have_value("https://two")


async def test_what_is_typed_while_a_technician_is_saved_stays(people: PersonComes) -> None:
    page = await shown(people, "administration", TECHNICIAN)
    await page.locator("summary").click()
    await page.get_by_label("Name").fill("Bob Lee")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_label("Name").fill("Bob Lee-May")
    await page.evaluate("answer()")
    await expect(page.get_by_text("Not saved yet.")).to_be_visible()
    await expect(page.get_by_label("Name")).to_have_value("Bob Lee-May")
