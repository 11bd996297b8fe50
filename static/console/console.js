import { find } from '../elements/dom.js';
import { keepFilesOut } from '../elements/dropped-files.js';
import { pageWords } from '../elements/page-words.js';
import { StatusLine } from '../elements/status-line.js';
import { browser, liveUrl } from '../lib/connection.js';
import { Outbox } from '../lib/outbox.js';
import { openStorage } from '../lib/storage.js';
import { TechnicianSession } from '../lib/technician-session.js';
import { Alert } from './alerts/alert.js';
import { testAlerts } from './alerts/alert-test.js';
import { Attention } from './alerts/attention.js';
import { CustomerCard } from './customer/customer-card.js';
import { Keyboard } from './keys/keyboard.js';
import { Palette } from './keys/palette.js';
import { showShortcuts } from './keys/shortcuts.js';
import { ConversationLists } from './lists/conversation-lists.js';
import { StatusBar } from './me/status-bar.js';
import { NoticeBar } from './notice-bar.js';
import { ConversationOpener } from './panes/conversation-opener.js';
import { Drafts } from './panes/drafts.js';
import { Offers } from './panes/offers.js';
import { PaneNumbers } from './panes/pane-numbers.js';
import { Panes } from './panes/panes.js';
import { SwitchGuard } from './panes/switch-guard.js';
import { Viewing } from './panes/viewing.js';
import { Preferences } from './preferences.js';
import { TopBar } from './top-bar.js';

const NOT_SIGNED_IN = 4_501;

/** What the parts of the screen share, and what they do together. */
export class Desk {
  /** @type {Map<string, import('../lib/types.js').Colleague>} */
  colleagues = new Map();
  alert = new Alert();
  guard = new SwitchGuard();
  paneNumbers = new PaneNumbers();
  line = new StatusLine();
  #isDue = false;
  #isRestored = false;
  /** How far the server's clock is ahead of this one's, in ms. */
  ahead = 0;

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    this.storage = openStorage(() => localStorage);
    const outbox = new Outbox(this.storage, 'chatserver.console.outbox');
    this.session = new TechnicianSession(liveUrl(location.href), 'technician', () => ({}), outbox);
    this.preferences = new Preferences(this.storage);
    this.noticeBar = new NoticeBar(words);
    this.viewing = new Viewing(this.session, () => this.me.id);
    this.drafts = this.#makeDrafts();
    this.keyboard = new Keyboard(this);
    this.opener = new ConversationOpener(this);
    this.palette = new Palette(this);
    this.status = new StatusBar(this);
    this.lists = new ConversationLists(this);
    this.panes = new Panes(this);
    this.card = new CustomerCard(this);
    this.top = new TopBar(this);
    this.attention = new Attention(this);
    this.offers = new Offers(this);
  }

  start() {
    find(document, '#connection').replaceWith(this.line);
    find(document, '#title').textContent = this.words.say('console');
    find(document, '#left').setAttribute('aria-label', this.words.say('own'));
    find(document, '#left').append(this.status.section, ...this.lists.sections);
    find(document, '#top').after(this.noticeBar.element, this.offers.element);
    this.#listen();
    this.#showConnection();
    this.update();
    this.session.connection.start();
  }

  update() {
    this.#isDue = false;
    this.paneNumbers.keep(this.#ownByAge());
    this.lists.update();
    this.panes.update();
    this.card.update();
    this.top.connection.update();
    this.attention.update();
    this.viewing.at(document.hidden ? null : this.panes.current);
  }

  /** News come in bursts: they are shown together, in the next frame. Who is not seen gets none. */
  #updateSoon() {
    if (this.#isDue) return;
    this.#isDue = true;
    const show = () => this.#isDue && this.update();
    if (document.hidden) setTimeout(show);
    else requestAnimationFrame(show);
  }

  /** The technician who sits here. @returns {{id: string, name: string, status: string, capacity: number}} */
  get me() {
    return this.session.welcome.technician ?? { id: '', name: '', status: 'offline', capacity: 1 };
  }

  /** Take who is offered, or who has waited longest, and go there. */
  async acceptNext() {
    const next = this.offers.first ?? this.lists.queue()[0]?.summary.conversation;
    if (next) await this.noticeBar.attempt(() => this.opener.accept(next));
  }

  /** @param {string|null} topic */
  topicName(topic) {
    const topics = /** @type {import('../lib/types.js').Topic[]} */ (
      this.session.welcome.topics ?? []
    );
    return topics.find(({ id }) => id === topic)?.name ?? topic ?? '';
  }

  /** The server's time, by which everything is dated (ms). */
  get now() {
    return Date.now() + this.ahead;
  }

  /** @param {string} status */
  async chooseStatus(status) {
    const { capacity } = this.me;
    await this.noticeBar.attempt(async () => {
      const { technician } = await this.session.request('status', { status, capacity });
      this.session.welcome.technician = technician;
    });
    this.status.update();
    this.update();
  }

  testAlerts() {
    testAlerts(this);
  }

  showShortcuts() {
    showShortcuts(this);
  }

  #makeDrafts() {
    const { connection } = this.session;
    const tell = (/** @type {string} */ conversation, /** @type {string} */ text) => {
      const isOnline = connection.state === 'online';
      if (isOnline) connection.signal('draft', { conversation, text });
      return isOnline;
    };
    return new Drafts(this.storage, () => this.me.id, tell, browser);
  }

  #listen() {
    const { session } = this;
    session.connection.on('welcome', (welcome) => this.#welcomed(welcome));
    session.on('presence', ({ technician }) => {
      this.colleagues.set(technician.id, technician);
      // Another device of one's own may have chosen something else.
      if (technician.id === this.me.id) {
        const { status, capacity } = technician;
        session.welcome.technician = { ...this.me, status, capacity };
      }
      this.status.update();
    });
    session.on('state', () => this.#showConnection());
    session.on('state', () => this.status.update());
    session.on('change', () => this.#updateSoon());
    session.on('site', () => this.update());
    session.on('draft', (draft) => this.drafts.arrived(draft));
    session.on('sent-away', (code) => this.#sentAway(code));
    this.viewing.on('change', () => this.panes.update());
    for (const name of ['online', 'pageshow', 'visibilitychange'])
      window.addEventListener(name, () => session.wake());
    document.addEventListener('visibilitychange', () => this.update());
    for (const gesture of ['pointerdown', 'keydown'])
      document.addEventListener(gesture, () => this.alert.unlock(), { once: true });
    keepFilesOut();
    setInterval(() => this.#tick(), 1_000);
  }

  #tick() {
    this.lists.tick();
    this.panes.tick();
    this.card.tick();
    this.top.connection.tick();
    this.attention.tick();
    this.offers.tick();
  }

  /** @param {import('../lib/types.js').Frame} welcome */
  #welcomed(welcome) {
    this.colleagues = new Map(
      welcome.technicians.map((/** @type {any} */ each) => [each.id, each]),
    );
    this.ahead = welcome.at - Date.now();
    this.lists.correct(/** @type {any} */ (welcome));
    this.attention.welcomed();
    this.offers.welcomed(welcome.offers ?? []);
    this.viewing.forget();
    this.panes.welcomed();
    this.top.welcomed();
    this.status.update();
    this.update();
  }

  /** One's own conversations, the oldest first. */
  #ownByAge() {
    return this.lists
      .own()
      .map(({ summary }) => summary)
      .sort((a, b) => a.opened_at - b.opened_at)
      .map(({ conversation }) => conversation);
  }

  /** @param {number} code */
  #sentAway(code) {
    if (code === NOT_SIGNED_IN) location.assign('/login');
    else this.line.show(this.words.say('signedOut'));
  }

  #showConnection() {
    const isOnline = this.session.connection.state === 'online';
    if (isOnline) this.#connected();
    const kept = this.storage.lasting ? '' : this.words.say('unlasting');
    this.line.show(isOnline ? kept : this.words.say('connecting'));
    this.update();
  }

  /** Only now can be said what the server is to hear first. */
  #connected() {
    const own = this.lists.own().map(({ summary }) => summary.conversation);
    this.drafts.welcomed(this.session.welcome.drafts ?? [], own);
    if (!this.#isRestored) this.panes.restore(own);
    this.#isRestored = true;
    this.#openNamed();
  }

  /** The supervisors' page sends one here with the conversation that was taken over. */
  #openNamed() {
    const id = new URLSearchParams(location.hash.slice(1)).get('conversation');
    if (!id || !this.session.conversations.has(id)) return;
    history.replaceState(null, '', location.pathname);
    this.panes.open(id);
  }
}

new Desk(await pageWords('console')).start();
