import '../elements/message-list.js';
import { find } from '../elements/build.js';
import { pageWords } from '../elements/words.js';
import { liveUrl } from '../lib/connection.js';
import { memory } from '../lib/memory.js';
import { Outbox } from '../lib/outbox.js';
import { Session } from '../lib/session.js';
import { ConversationView } from './conversation-view.js';
import { HomeView } from './home-view.js';

const TOKEN = 'chatserver.token';

/** The panel: which view is shown, and what the host page is told. */
class Panel {
  /** @type {string|null} */
  current = null;
  shown = window.parent === window;

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    this.storage = memory(() => localStorage);
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
    const { session, words } = this;
    find(document, '#title').textContent = words.say('title');
    const close = find(document, '#close');
    close.setAttribute('aria-label', words.say('close'));
    close.hidden = window.parent === window;
    close.addEventListener('click', () => this.#tell('close'));
    const back = find(document, '#back');
    back.setAttribute('aria-label', words.say('back'));
    back.addEventListener('click', () => this.open(null));
    session.on('state', () => this.#showConnection());
    session.on('change', () => this.#changed());
    session.on('event', () => this.#tellUnread());
    session.on('sent-away', (code) => this.#sentAway(code));
    session.connection.on('welcome', (welcome) => {
      this.storage.setItem(TOKEN, welcome.token);
      if (this.current === null) this.open(openOf(session)[0]?.summary.conversation ?? null);
    });
    session.on('presence', ({ available }) => {
      session.welcome.available = available;
      this.#changed();
    });
    window.addEventListener('message', (event) => this.#heard(event));
    for (const name of ['online', 'pageshow', 'visibilitychange'])
      window.addEventListener(name, () => session.connection.hurry());
    this.#showConnection();
    session.connection.start();
    this.#tell('ready');
  }

  /** Show a conversation, or home. @param {string|null} id */
  open(id) {
    this.current = id;
    find(document, '#back').hidden = id === null;
    const view = find(document, '#view');
    view.replaceChildren();
    view.className = id === null ? '' : 'conversation';
    if (id === null) this.home.enter(view);
    else this.conversation.enter(view, id);
    this.#changed();
  }

  #changed() {
    if (this.current === null) this.home.update();
    else {
      this.conversation.update();
      if (this.shown && document.visibilityState === 'visible')
        this.session.markRead(this.current);
    }
    this.#tell('keep', openOf(this.session).length > 0);
    this.#tellUnread();
  }

  #introduce() {
    const token = this.storage.getItem(TOKEN);
    return {
      ...(token && { token }),
      locale: navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      page: document.referrer || location.href,
    };
  }

  #showConnection() {
    const online = this.session.connection.state === 'online';
    const text = online
      ? this.storage.lasting
        ? ''
        : this.words.say('unlasting')
      : this.words.say('connecting');
    find(document, '#connection').textContent = text;
  }

  /** @param {number} code */
  #sentAway(code) {
    // A token of another server or of a log that is gone: come again as a new customer.
    if (code === 4501 && this.storage.getItem(TOKEN)) {
      this.storage.removeItem(TOKEN);
      this.session.connection.start();
      return;
    }
    find(document, '#connection').textContent = this.words.say('signedOut');
  }

  #tellUnread() {
    let count = 0;
    for (const conversation of this.session.conversations.values())
      count += this.session.unread(conversation);
    this.#tell('unread', count);
  }

  /**
   * @param {string} chatserver
   * @param {unknown} [value]
   */
  #tell(chatserver, value) {
    // Nothing in here is a secret: a word, a number. The host page may have any origin.
    if (window.parent !== window) window.parent.postMessage({ chatserver, value }, '*');
  }

  /** @param {MessageEvent} event */
  #heard(event) {
    if (event.source !== window.parent || event.data?.chatserver !== 'shown') return;
    this.shown = Boolean(event.data.open);
    this.#changed();
    if (this.shown) this.conversation.focus();
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

new Panel(await pageWords()).start();
