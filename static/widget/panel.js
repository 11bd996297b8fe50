import { find } from '../elements/build.js';
import { StatusLine } from '../elements/status-line.js';
import { setText } from '../elements/rows.js';
import { fetchWords } from '../elements/words.js';
import { liveUrl } from '../lib/connection.js';
import { Outbox } from '../lib/outbox.js';
import { Session } from '../lib/session.js';
import { Customer } from './customer.js';
import { HomeView } from './home-view.js';
import { Look } from './look.js';
import { Scope } from './scope.js';

/** @typedef {import('../lib/session.js').Conversation} Conversation */
/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */

/**
 * What fills the panel; `enter` says for which conversation.
 *
 * @typedef {{element: HTMLElement, enter: (id: string) => void, update: () => void,
 *   focus: () => void}} View
 * @typedef {'home'|'archive'|'conversation'} ViewName
 * @typedef {{name: ViewName, id: string}} Place
 */

const OPEN = 'open';
const SOUND = 'sound';

/**
 * What a first look does not need is fetched when it is, or shortly before.
 *
 * @type {Record<'archive'|'conversation', () => Promise<new (panel: Panel) => View>>}
 */
const OTHER_VIEWS = {
  conversation: async () => (await import('./conversation-view.js')).ConversationView,
  archive: async () => (await import('./archive-view.js')).ArchiveView,
};

/** The panel: whom it serves, which view is shown, and what the host page is told. */
export class Panel {
  line = new StatusLine();
  /** @type {Place} where the customer is */
  #at = { name: 'home', id: '' };
  /** @type {Place} where the customer wants to be: the same, once that has been fetched */
  #wanted = this.#at;
  /** @type {View|null} */
  #view = null;
  /** @type {Map<string, View>} */
  #views = new Map();
  /** @type {import('./menu.js').Menu|null} */
  #menu = null;
  /** @type {Promise<unknown>|null} what is said beyond a first look */
  #otherWords = null;
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
    /** What is kept for this person, and what for whoever sits at this browser. */
    this.storage = this.customer.storage;
    this.browser = new Scope(storage, 'chatserver.');
    this.look = new Look(this.browser, chosen);
    this.session = new Session(
      liveUrl(location.href),
      'customer',
      () => this.customer.hello(host.address),
      new Outbox(this.storage, 'outbox'),
    );
    this.home = new HomeView(this);
    this.#views.set('home', this.home);
  }

  start() {
    const { session, host } = this;
    find(document, '#connection').replaceWith(this.line);
    this.#showHeader();
    session.on('state', () => this.#showConnection());
    session.on('change', () => this.#changed());
    session.on('event', (event) => this.#happened(event));
    session.on('sent-away', (code) => this.#sentAway(code));
    session.on('opened', (id) => {
      this.home.form.forget();
      void this.go('conversation', id);
    });
    session.connection.on('welcome', (welcome) => this.#welcomed(welcome));
    session.on('presence', ({ available, staffed }) => {
      session.welcome = { ...session.welcome, available, staffed };
      this.#changed();
    });
    host.on('shown', (isOpen) => this.#shown(isOpen));
    host.on('set', (chosen) => this.#set(chosen));
    for (const name of ['online', 'pageshow', 'visibilitychange'])
      window.addEventListener(name, () => session.wake());
    // Somebody with an open conversation wants to see that, and not first the question.
    if (this.browser.getItem(OPEN)) this.prepare('conversation');
    else void this.go('home');
    this.#showConnection();
    session.connection.start();
  }

  /** The open conversations, newest first. @returns {Conversation[]} */
  get open() {
    return [...this.session.conversations.values()]
      .filter(({ summary }) => summary.status !== 'closed')
      .sort((a, b) => b.summary.opened_at - a.summary.opened_at);
  }

  /**
   * A text that the host page or else an administrator has chosen, empty when neither has.
   *
   * @param {'title'|'greeting'} name
   * @returns {string}
   */
  chosen(name) {
    return this.customer.chosen[name] || this.session.welcome.widget?.[name] || '';
  }

  /**
   * Show a view.
   *
   * @param {ViewName} name
   * @param {string} id the conversation's
   */
  async go(name, id = '') {
    const wanted = { name, id };
    this.#wanted = wanted;
    const view = await this.prepare(name);
    // Meanwhile somebody may want to be elsewhere; and what could not be fetched is tried again.
    if (!view || wanted !== this.#wanted || this.#isAt(wanted)) return;
    this.#at = wanted;
    this.#view = view;
    find(document, '#back').hidden = name === 'home';
    find(document, '#view').replaceChildren(view.element);
    view.enter(id);
    this.#changed();
    if (this.shown) view.focus();
  }

  /**
   * Have a view with all that it needs.
   *
   * @param {ViewName} name
   * @returns {Promise<View|undefined>} nothing when the server cannot be reached
   */
  async prepare(name) {
    const known = this.#views.get(name);
    if (known || name === 'home') return known;
    const View = await this.fetch(OTHER_VIEWS[name]);
    if (View && !this.#views.has(name)) this.#views.set(name, new View(this));
    return this.#views.get(name);
  }

  /**
   * Fetch something that a first look does not need, and the words that go with it.
   *
   * @template Part
   * @param {() => Promise<Part>} load
   * @returns {Promise<Part|undefined>} nothing when the server cannot be reached
   */
  async fetch(load) {
    const { words } = this;
    this.#otherWords ??= fetchWords('conversation', words.language).then((messages) =>
      Object.assign(words.messages, messages),
    );
    try {
      const [part] = await Promise.all([load(), this.#otherWords]);
      return part;
    } catch {
      this.#otherWords = null;
      return undefined;
    }
  }

  /** The conversation that is shown, if one is. @returns {string|null} */
  get current() {
    return this.#view ? this.#at.id || null : null;
  }

  focus() {
    this.#view?.focus();
  }

  /** @param {Place} place */
  #isAt({ name, id }) {
    return this.#view !== null && name === this.#at.name && id === this.#at.id;
  }

  #showHeader() {
    const { words, host } = this;
    const close = find(document, '#close');
    close.setAttribute('aria-label', words.say('close'));
    close.hidden = !host.isFraming;
    close.addEventListener('click', () => host.tell('close'));
    document.addEventListener('keydown', ({ key, isComposing }) => {
      // Escape closes first what is open in the panel.
      if (key === 'Escape' && !isComposing && !document.querySelector(':popover-open'))
        host.tell('close');
    });
    const back = find(document, '#back');
    back.setAttribute('aria-label', words.say('back'));
    back.addEventListener('click', () => this.go('home'));
    const menu = find(document, '#menu');
    menu.setAttribute('aria-label', words.say('menu'));
    menu.addEventListener('click', () => this.#showMenu(menu));
  }

  /** @param {HTMLElement} button */
  async #showMenu(button) {
    const found = await this.fetch(() => import('./menu.js'));
    if (found) this.#menu ??= new found.Menu(this, button);
    this.#menu?.toggle();
  }

  /** @param {import('../lib/types.js').Frame} welcome */
  #welcomed(welcome) {
    this.customer.known(welcome.token);
    this.look.set({ accent: welcome.widget?.accent, ...this.customer.chosen });
    this.#showConnection();
    // Who has begun to write, or has looked around, is not carried off.
    const isFirst = !this.#wasWelcome;
    this.#wasWelcome = true;
    const [newest] = this.open;
    if (isFirst && newest && !this.home.form.isTouched)
      void this.go('conversation', newest.summary.conversation);
    else if (!this.#isAt(this.#wanted)) void this.go(this.#wanted.name, this.#wanted.id);
  }

  /** @param {boolean} isOpen */
  #shown(isOpen) {
    this.shown = isOpen;
    this.#changed();
    if (isOpen) this.#view?.focus();
  }

  /** @param {Record<string, any>} chosen */
  #set(chosen) {
    const { customer, session } = this;
    const before = customer.chosen;
    // Another person must find nothing of the one before, in this page's memory neither.
    if (!customer.isStill(chosen) || chosen.language !== before.language) return location.reload();
    customer.chosen = chosen;
    this.look.set(chosen);
    // What is told of the customer travels in the first frame of a session.
    if (JSON.stringify(chosen.attributes) !== JSON.stringify(before.attributes))
      session.connection.stop();
    session.connection.start();
    this.#changed();
  }

  #changed() {
    this.#showTitle();
    this.#view?.update();
    if (this.current && this.shown && document.visibilityState === 'visible')
      this.session.markRead(this.current);
    if (!this.#wasWelcome) return;
    // With this the loader fetches the panel on the next page, without a click.
    this.browser.setItem(OPEN, this.open.length ? '1' : '');
    this.#tellUnread();
  }

  #showTitle() {
    const title = this.chosen('title') || this.words.say('title');
    setText(find(document, '#title'), title);
    document.title = title;
  }

  /** @param {ChatEvent} event */
  async #happened({ kind, author, at }) {
    this.#tellUnread();
    const isNews = kind === 'assigned' || (kind === 'message' && author.role === 'technician');
    const isSeen = this.shown && document.hasFocus();
    if (!isNews || isSeen || at < this.session.welcome.at || this.browser.getItem(SOUND) === 'off')
      return;
    const { chime } = await import('./sound.js');
    chime();
  }

  #tellUnread() {
    let count = 0;
    for (const conversation of this.session.conversations.values())
      count += this.session.unread(conversation);
    if (count === this.#unread) return;
    this.#unread = count;
    this.host.tell('unread', count);
  }

  #showConnection() {
    const online = this.session.connection.state === 'online';
    const kept = this.storage.lasting ? '' : this.words.say('unlasting');
    this.line.show(online ? kept : this.words.say('connecting'));
  }

  /** @param {number} code */
  #sentAway(code) {
    const wasKnown = code === 4501 && this.customer.unknown();
    if (wasKnown) {
      // A token of another server or of a log that is gone: come again as a new customer.
      this.session.forget();
      this.#wasWelcome = false;
      void this.go('home');
      return this.session.connection.start();
    }
    // A host page that hears this can vouch for its customer anew.
    if (code === 4501) this.host.tell('identity');
    this.line.show(this.words.say('signedOut'));
  }
}
