import { find, setText } from '../elements/dom.js';
import { StatusLine } from '../elements/status-line.js';
import { CLOSE_NOT_SIGNED_IN } from '../lib/close-codes.js';
import { liveUrl } from '../lib/connection.js';
import { Outbox } from '../lib/outbox.js';
import { Session } from '../lib/session.js';
import { Appearance } from './appearance.js';
import { Customer } from './customer.js';
import { HomeView } from './home-view.js';
import { ScopedStorage } from './host-storage.js';
import { QuestionForm } from './question-form.js';
import { Views } from './views.js';

/** @typedef {import('../lib/session.js').Conversation} Conversation */
/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */

const OPEN = 'open';
const SOUND = 'sound';

/** The panel: it connects session, views and host page. */
export class Panel {
  line = new StatusLine();
  /** @type {import('./menu.js').Menu|null} */
  #menu = null;
  #wasWelcome = false;
  #unread = 0;

  /**
   * @param {import('./host-page.js').HostPage} host
   * @param {import('./host-page.js').Start} start
   * @param {import('../lib/i18n.js').Words} words
   */
  constructor(host, { storage, chosen, open }, words) {
    this.host = host;
    this.shown = open;
    this.words = words;
    this.customer = new Customer(storage, chosen);
    /**
     * `storage` has the values of this customer, `browser` those of everyone who uses this browser.
     */
    this.storage = this.customer.storage;
    this.browser = new ScopedStorage(storage, 'chatserver.');
    this.appearance = new Appearance(this.browser, chosen);
    this.session = new Session(
      liveUrl(location.href),
      'customer',
      () => this.customer.hello(host.address),
      new Outbox(this.storage, 'outbox'),
    );
    this.views = this.#makeViews();
    this.form = new QuestionForm({
      words,
      session: this.session,
      storage: this.storage,
      topic: () => this.customer.chosen.topic,
      page: () => host.address,
      prepare: () => this.views.prepare('conversation'),
    });
    const home = new HomeView({
      words,
      session: this.session,
      form: this.form,
      open: () => this.open,
      greeting: () => this.#chosen('greeting'),
      go: (name, id) => this.views.go(name, id),
      fetchPart: (load) => this.views.fetchPart(load),
    });
    this.views.start(home);
  }

  start() {
    const { session, host } = this;
    find(document, '#connection').replaceWith(this.line);
    this.#showHeader();
    session.on('state', () => this.#showConnection());
    session.on('change', () => this.update());
    session.on('event', (event) => this.#happened(event));
    session.on('sent-away', (code) => this.#sentAway(code));
    session.on('opened', (id) => {
      this.form.forget();
      void this.views.go('conversation', id);
    });
    session.connection.on('welcome', (welcome) => this.#welcomed(welcome));
    session.on('presence', ({ available, staffed, available_topics }) => {
      session.welcome = { ...session.welcome, available, staffed, available_topics };
      this.update();
    });
    host.on('shown', (isOpen) => this.#shown(isOpen));
    host.on('set', (chosen) => this.#set(chosen));
    host.on('kept', () => this.#showConnection());
    session.follow(window);
    // With an open conversation the panel waits for it instead of showing the form first.
    if (this.browser.getItem(OPEN)) this.views.prepare('conversation');
    else void this.views.go('home');
    this.#showConnection();
    // The form is painted before the connection is made.
    // 50 ms are three frames at 60 Hz.
    setTimeout(() => session.connection.start(), 50);
  }

  /** The open conversations, newest first. @returns {Conversation[]} */
  get open() {
    return [...this.session.conversations.values()]
      .filter(({ summary }) => summary.status !== 'closed')
      .sort((a, b) => b.summary.opened_at - a.summary.opened_at);
  }

  /**
   * A text of the host page, else of the administrator, else empty.
   *
   * @param {'title'|'greeting'} name
   * @returns {string}
   */
  #chosen(name) {
    return this.customer.chosen[name] || this.session.welcome.widget?.[name] || '';
  }

  /** @returns {Views} */
  #makeViews() {
    const { words, session, storage } = this;
    return new Views({
      words,
      load: {
        conversation: async () => {
          const { ConversationView } = await import('./conversation-view.js');
          const openMenu = this.#showMenu.bind(this);
          return new ConversationView({ words, session, storage, views: this.views, openMenu });
        },
        archive: async () => {
          const { ArchiveView } = await import('./archive-view.js');
          return new ArchiveView(words, session, (id) => this.views.go('conversation', id));
        },
      },
      // A panel that loads late would take the focus from a customer who has gone back to the page.
      mayFocus: () => this.shown && document.hasFocus(),
      changed: () => this.update(),
    });
  }

  #showHeader() {
    const { words, host } = this;
    const close = find(document, '#close');
    close.setAttribute('aria-label', words.say('close'));
    close.hidden = !host.isFraming;
    close.addEventListener('click', () => this.#close());
    document.addEventListener('keydown', ({ key, isComposing }) => {
      // Escape closes an open menu first.
      if (key === 'Escape' && !isComposing && !document.querySelector(':popover-open'))
        this.#close();
    });
    const back = find(document, '#back');
    back.setAttribute('aria-label', words.say('back'));
    back.addEventListener('click', () => this.views.back());
    const menu = find(document, '#menu');
    menu.hidden = false;
    menu.setAttribute('aria-label', words.say('menu'));
    // The menu itself follows the clicks after the first.
    menu.addEventListener('click', () => this.#menu ?? this.#showMenu());
  }

  /** @param {'save'} [page] */
  async #showMenu(page) {
    const found = await this.views.fetchPart(() => import('./menu.js'));
    if (found) this.#menu ??= new found.Menu(find(document, '#menu'), this);
    this.#menu?.open(page);
  }

  /** @param {import('../lib/types.js').Frame} welcome */
  #welcomed(welcome) {
    this.customer.known(welcome.token);
    this.appearance.set({ accent: welcome.widget?.accent, ...this.customer.chosen });
    this.#showConnection();
    // A customer who has begun to write, or has opened another view, is left there.
    const isFirst = !this.#wasWelcome;
    this.#wasWelcome = true;
    const [newest] = this.open;
    if (isFirst && newest && !this.form.isTouched)
      void this.views.go('conversation', newest.summary.conversation);
    else this.views.goOn();
  }

  /** Treat new messages as unseen at once, before the host page has hidden the panel. */
  #close() {
    this.#shown(false);
    this.host.tell('close');
  }

  /** @param {boolean} isOpen */
  #shown(isOpen) {
    this.shown = isOpen;
    this.update();
    if (isOpen) this.views.focus();
  }

  /** @param {Record<string, any>} chosen */
  #set(chosen) {
    const { customer, session } = this;
    const before = customer.chosen;
    // Reload, so that another customer finds nothing of the former one in memory.
    if (!customer.isStill(chosen) || chosen.language !== before.language) return location.reload();
    customer.chosen = chosen;
    this.appearance.set(chosen);
    // Attributes are sent in the first frame of a session.
    if (JSON.stringify(chosen.attributes) !== JSON.stringify(before.attributes))
      session.connection.stop();
    session.connection.start();
    this.update();
  }

  /** Update all that is shown. */
  update() {
    this.#showTitle();
    this.views.update();
    const { current } = this.views;
    if (current && this.shown && document.visibilityState === 'visible')
      this.session.markRead(current);
    if (!this.#wasWelcome) return;
    // The loader then loads the panel on the next page without a click.
    this.browser.setItem(OPEN, this.open.length ? '1' : '');
    this.#tellUnread();
  }

  #showTitle() {
    const title = this.#chosen('title') || this.words.say('title');
    const heading = find(document, '#title');
    const { name, initials = '' } = this.views.heading ?? {};
    setText(heading, name || title);
    heading.dataset.initials = initials;
    document.title = this.#unread ? `(${this.#unread}) ${title}` : title;
  }

  /** @param {ChatEvent} event */
  async #happened({ kind, author, at, technician, conversation, seq }) {
    this.#tellUnread();
    const isNews = kind === 'assigned' || (kind === 'message' && author.role === 'technician');
    const isSeen = this.shown && document.hasFocus();
    if (!isNews || at < this.session.welcome.at || this.browser.getItem(SOUND) === 'off') return;
    const found = await this.views.fetchPart(() => import('./sound.js'));
    void found?.chimeOnce(conversation + seq, isSeen);
    if (kind === 'assigned' && !isSeen) found?.notify(this.words, technician?.name ?? '');
  }

  #tellUnread() {
    let count = 0;
    for (const conversation of this.session.conversations.values())
      count += this.session.unread(conversation);
    if (count === this.#unread) return;
    this.#unread = count;
    this.#showTitle();
    this.host.tell('unread', count);
  }

  #showConnection() {
    const online = this.session.connection.state === 'online';
    const kept = this.storage.lasting ? '' : this.words.say('unlasting');
    this.line.show(online ? kept : this.words.say('connecting'));
  }

  /** @param {number} code */
  #sentAway(code) {
    const wasKnown = code === CLOSE_NOT_SIGNED_IN && this.customer.unknown();
    if (wasKnown) {
      // The token belongs to another server or to data that was deleted: return as a new customer.
      this.session.forget();
      this.#wasWelcome = false;
      void this.views.go('home');
      return this.session.connection.start();
    }
    // The host page can provide a new identity.
    if (code === CLOSE_NOT_SIGNED_IN) this.host.tell('identity', this.session.connection.reason);
    this.line.show(this.words.say('signedOut'));
  }
}
