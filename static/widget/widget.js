import { find } from '../elements/build.js';
import { StatusLine } from '../elements/status-line.js';
import { pageWords } from '../elements/words.js';
import { liveUrl } from '../lib/connection.js';
import { Outbox } from '../lib/outbox.js';
import { Session } from '../lib/session.js';
import { ConversationView } from './conversation-view.js';
import { HomeView } from './home-view.js';
import { HostPage } from './host-page.js';

const TOKEN = 'chatserver.token';
const OPEN = 'chatserver.open';

/** The panel: which view is shown, and what the host page is told. */
class Panel {
  /** @type {string|null} */
  current = null;
  line = new StatusLine();

  /**
   * @param {HostPage} host
   * @param {import('./host-page.js').Start} start
   * @param {import('../lib/i18n.js').Words} words
   */
  constructor(host, { storage, open }, words) {
    this.host = host;
    this.storage = storage;
    this.shown = open;
    this.words = words;
    this.session = new Session(
      liveUrl(location.href),
      'customer',
      () => this.#introduce(),
      new Outbox(this.storage, 'chatserver.outbox'),
    );
    this.home = new HomeView(this);
    this.conversation = new ConversationView(this);
  }

  start() {
    const { session } = this;
    find(document, '#connection').replaceWith(this.line);
    this.#showHeader();
    session.on('state', () => this.#showConnection());
    session.on('change', () => this.#changed());
    session.on('event', () => this.#tellUnread());
    session.on('sent-away', (code) => this.#sentAway(code));
    session.on('opened', (id) => {
      this.home.forgetQuestion();
      this.open(id);
    });
    session.connection.on('welcome', (welcome) => this.#welcomed(welcome));
    session.on('presence', ({ available }) => {
      session.welcome.available = available;
      this.#changed();
    });
    this.host.on('shown', (isOpen) => this.#shown(isOpen));
    for (const name of ['online', 'pageshow', 'visibilitychange'])
      window.addEventListener(name, () => session.wake());
    this.#showConnection();
    session.connection.start();
  }

  #showHeader() {
    const { words, host } = this;
    document.title = words.say('title');
    find(document, '#title').textContent = words.say('title');
    const close = find(document, '#close');
    close.setAttribute('aria-label', words.say('close'));
    close.hidden = !host.isFraming;
    close.addEventListener('click', () => host.tell('close'));
    document.addEventListener('keydown', ({ key, isComposing }) => {
      if (key === 'Escape' && !isComposing) host.tell('close');
    });
    const back = find(document, '#back');
    back.setAttribute('aria-label', words.say('back'));
    back.addEventListener('click', () => this.open(null));
  }

  /** @param {import('../lib/types.js').Frame} welcome */
  #welcomed(welcome) {
    this.storage.setItem(TOKEN, welcome.token);
    this.#showConnection();
    // Who has gone home to look around is not carried off by a reconnect.
    if (!find(document, '#view').firstChild)
      this.open(openOf(this.session)[0]?.summary.conversation ?? null);
  }

  /** Show a conversation, or home. @param {string|null} id */
  open(id) {
    if (id !== null && id === this.current) return;
    this.current = id;
    find(document, '#back').hidden = id === null;
    const view = find(document, '#view');
    view.replaceChildren();
    view.className = id === null ? '' : 'conversation';
    if (id === null) this.home.enter(view);
    else this.conversation.enter(view, id);
    this.#changed();
    if (this.shown) this.#focus();
  }

  #focus() {
    if (this.current === null) this.home.focus();
    else this.conversation.focus();
  }

  /** @param {boolean} isOpen */
  #shown(isOpen) {
    this.shown = isOpen;
    this.#changed();
    if (isOpen) this.#focus();
  }

  #changed() {
    if (!find(document, '#view').firstChild) return;
    if (this.current === null) this.home.update();
    else {
      this.conversation.update();
      if (this.shown && document.visibilityState === 'visible')
        this.session.markRead(this.current);
    }
    // With this the loader fetches the panel on the next page, without a click.
    if (openOf(this.session).length) this.storage.setItem(OPEN, '1');
    else this.storage.removeItem(OPEN);
    this.#tellUnread();
  }

  #introduce() {
    const token = this.storage.getItem(TOKEN);
    return {
      ...(token && { token }),
      locale: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      page: this.host.address,
    };
  }

  #showConnection() {
    const online = this.session.connection.state === 'online';
    const kept = this.storage.lasting ? '' : this.words.say('unlasting');
    this.line.show(online ? kept : this.words.say('connecting'));
  }

  /** @param {number} code */
  #sentAway(code) {
    // A token of another server or of a log that is gone: come again as a new customer.
    if (code === 4501 && this.storage.getItem(TOKEN)) {
      this.storage.removeItem(TOKEN);
      this.session.forget();
      if (this.current !== null) this.open(null);
      this.session.connection.start();
      return;
    }
    this.line.show(this.words.say('signedOut'));
  }

  #tellUnread() {
    let count = 0;
    for (const conversation of this.session.conversations.values())
      count += this.session.unread(conversation);
    this.host.tell('unread', count);
  }
}

/**
 * The open conversations, newest first.
 *
 * @param {Session} session
 */
function openOf(session) {
  return [...session.conversations.values()]
    .filter(({ summary }) => summary.status !== 'closed')
    .sort((a, b) => b.summary.opened_at - a.summary.opened_at);
}

/** @typedef {Panel} WidgetPanel */

const host = new HostPage();
const start = await host.start();
new Panel(host, start, await pageWords('widget')).start();
