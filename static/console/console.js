import { build, find } from '../elements/dom.js';
import { keepFilesOut } from '../elements/dropped-files.js';
import { wantedLanguages } from '../elements/language-choice.js';
import { pageWords } from '../elements/page-words.js';
import { StatusLine } from '../elements/status-line.js';
import { CLOSE_NOT_SIGNED_IN } from '../lib/close-codes.js';
import { browser, liveUrl } from '../lib/connection.js';
import { Outbox } from '../lib/outbox.js';
import { openStorage } from '../lib/storage.js';
import { TechnicianSession } from '../lib/technician-session.js';
import { Alert } from './alerts/alert.js';
import { testAlerts } from './alerts/alert-test.js';
import { Attention } from './alerts/attention.js';
import { MailboxWatch } from './alerts/mailbox-watch.js';
import { CustomerCard } from './customer/customer-card.js';
import { EmptyState } from './empty-state.js';
import { CurrentCommands } from './keys/current-commands.js';
import { Keyboard } from './keys/keyboard.js';
import { Palette } from './keys/palette.js';
import { showShortcuts } from './keys/shortcuts.js';
import { ConversationBrowser } from './lists/conversation-browser.js';
import { ConversationLists } from './lists/conversation-lists.js';
import { OwnList } from './lists/own-list.js';
import { QueueList } from './lists/queue-list.js';
import { StatusBar } from './me/status-bar.js';
import { NoticeBar } from './notice-bar.js';
import { ConversationFollower } from './panes/conversation-follower.js';
import { ConversationOpener } from './panes/conversation-opener.js';
import { Drafts } from './panes/drafts.js';
import { Offers } from './panes/offers.js';
import { Pane } from './panes/pane.js';
import { PaneComposer } from './panes/pane-composer.js';
import { PaneHeader } from './panes/pane-header.js';
import { PaneNumbers } from './panes/pane-numbers.js';
import { Panes } from './panes/panes.js';
import { ReadOnlyBar } from './panes/read-only-bar.js';
import { SwitchGuard } from './panes/switch-guard.js';
import { unsentIn } from './panes/unsent.js';
import { Viewing } from './panes/viewing.js';
import { Preferences } from './preferences.js';
import { TopBar } from './top-bar.js';
import { transferDialog } from './transfer/transfer-dialog.js';

const PALETTE_HITS = 8;

/**
 * The technicians' page. It creates the parts of the screen, connects them by callbacks, and
 * updates them after a change. No other module imports this one.
 */
class ConsolePage {
  #isDue = false;
  #isRestored = false;

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    this.storage = openStorage(() => localStorage);
    const outbox = new Outbox(this.storage, 'chatserver.console.outbox');
    const session = new TechnicianSession(liveUrl(location.href), outbox);
    this.session = session;
    this.preferences = new Preferences(this.storage);
    this.alert = new Alert();
    this.guard = new SwitchGuard();
    this.paneNumbers = new PaneNumbers();
    this.line = new StatusLine();
    this.noticeBar = new NoticeBar(words);
    this.mailbox = new MailboxWatch(words);
    this.viewing = new Viewing(session);
    this.drafts = this.#makeDrafts();
    this.keyboard = this.#makeKeyboard();
    this.panes = this.#makePanes();
    this.opener = new ConversationOpener(session, this.panes);
    this.lists = this.#makeLists();
    this.palette = new Palette({
      words,
      commands: () => this.commands.list(),
      conversations: () => [...this.lists.own(), ...this.lists.queue()],
      search: (text) => this.#search(text),
      open: (id, found) => this.#attempt(() => this.opener.open(id, found)),
    });
    this.status = new StatusBar({
      words,
      session,
      testAlerts: () => testAlerts(words, this.alert),
      changed: () => this.update(),
    });
    this.card = new CustomerCard({
      words,
      session,
      current: () => this.panes.current,
      open: (summary) => this.opener.open(summary.conversation, summary),
      quote: (text) => this.panes.quote(text),
    });
    this.top = new TopBar({
      words,
      session,
      alert: this.alert,
      openPalette: () => this.palette.open(),
      showShortcuts: () => this.#showShortcuts(),
    });
    this.offers = new Offers({
      words,
      session,
      attempt: (act) => this.#attempt(act),
      accept: (id) => this.opener.accept(id),
      arrived: (id) => this.attention.arrived(id),
    });
    this.commands = this.#makeCommands();
    this.attention = new Attention({
      words,
      session,
      alert: this.alert,
      lists: this.lists,
      panes: this.panes,
      isOffered: (id) => this.offers.has(id),
      open: (id) => this.#open(id),
    });
  }

  start() {
    find(document, '#connection').replaceWith(this.line);
    find(document, '#title').textContent = this.words.say('console');
    find(document, '#left').setAttribute('aria-label', this.words.say('own'));
    find(document, '#left').append(this.status.section, ...this.lists.sections);
    const notices = build('div', { className: 'notices' });
    notices.append(this.mailbox.element, this.noticeBar.element);
    find(document, '#top').after(notices, this.offers.element);
    this.#listen();
    this.#showConnection();
    this.update();
    this.session.connection.start();
    this.mailbox.start();
  }

  /** Update all parts of the screen. */
  update() {
    this.#isDue = false;
    this.paneNumbers.assign(this.#ownByAge());
    this.lists.update();
    this.panes.update();
    this.card.update();
    this.top.connection.update();
    this.attention.update();
    this.viewing.view(document.hidden ? null : this.panes.current);
  }

  #makeDrafts() {
    const { connection } = this.session;
    const tell = (/** @type {string} */ conversation, /** @type {string} */ text) => {
      const isOnline = connection.state === 'online';
      if (isOnline) connection.signal('draft', { conversation, text });
      return isOnline;
    };
    return new Drafts(this.storage, () => this.session.me.id, tell, browser);
  }

  #makeKeyboard() {
    return new Keyboard({
      commands: () => this.commands.list(),
      goTo: (number) => {
        const id = this.paneNumbers.conversationAt(number);
        return id === undefined ? undefined : () => this.panes.open(id);
      },
      onescape: () => this.panes.hideDetails(),
      isHelpOn: () => this.preferences.isOn('questionMark'),
    });
  }

  #makePanes() {
    const { words, session } = this;
    const empty = new EmptyState({
      words,
      state: () => this.#emptyState(),
      goOnline: () => this.#chooseStatus('online'),
      acceptNext: () => this.#acceptNext(),
    });
    return new Panes({
      words,
      session,
      empty,
      makePane: (id) => this.#makePane(id),
      onmove: (id) => this.guard.moved(id, performance.now(), this.keyboard.isSteering),
      changed: () => this.update(),
    });
  }

  /** @param {string} id */
  #makePane(id) {
    const { words, session, viewing, drafts, guard, preferences } = this;
    const actions = {
      leave: () => this.panes.leave(),
      hide: () => this.panes.hide(id),
      showDetails: () => this.panes.showDetails(id),
      transfer: () => transferDialog(words, session, id),
      end: () => this.#attempt(() => session.request('close', { conversation: id })),
      focus: () => this.panes.pane(id)?.focus(),
    };
    return new Pane(id, {
      words,
      session,
      header: new PaneHeader(id, { words, session, viewing, actions }),
      writing: new PaneComposer(id, { words, session, drafts, guard, preferences }),
      readOnly: new ReadOnlyBar({
        words,
        session,
        accept: () => this.#attempt(() => this.opener.accept(id)),
        takeOver: () => this.#attempt(() => this.opener.takeOver(id)),
      }),
      follower: new ConversationFollower(id, session, (problem) => this.noticeBar.say(problem)),
      numberOf: (each) => this.paneNumbers.numberOf(each),
      onused: () => {
        if (this.panes.current !== id) this.panes.focus(id);
      },
    });
  }

  #makeLists() {
    const { words, session, panes, opener } = this;
    return new ConversationLists({
      words,
      session,
      queueList: new QueueList({
        words,
        session,
        isOpen: (id) => panes.isOpen(id),
        open: (id) => opener.open(id),
        accept: (id) => opener.accept(id),
      }),
      ownList: new OwnList({
        words,
        session,
        panes,
        numberOf: (id) => this.paneNumbers.numberOf(id),
        isUnsent: unsentIn(session, this.drafts),
        open: (id) => opener.open(id),
      }),
      browser: new ConversationBrowser({
        words,
        session,
        open: (id, item) => opener.open(id, item),
      }),
      isShown: (id) => panes.isOpen(id) || opener.isOpening(id),
    });
  }

  #makeCommands() {
    const { words, session, preferences } = this;
    return new CurrentCommands({
      words,
      session,
      preferences,
      lists: this.lists,
      offers: this.offers,
      panes: this.panes,
      acceptNext: () => this.#acceptNext(),
      setStatus: (status) => this.#chooseStatus(status),
      takeOver: (id) => this.#attempt(() => this.opener.takeOver(id)),
      choices: {
        testAlerts: () => testAlerts(words, this.alert),
        showShortcuts: () => this.#showShortcuts(),
        openPalette: () => this.palette.open(),
        chooseTheme: (theme) => this.top.menu.theme.choose(theme),
      },
    });
  }

  /** Run an action and show its refusal in the notice bar. @param {() => Promise<unknown>} act */
  #attempt(act) {
    return this.noticeBar.attempt(act);
  }

  /** Find conversations that the technician may read. @param {string} text */
  async #search(text) {
    const whose = this.session.welcome.supervises ? 'all' : 'mine';
    const wish = { status: 'any', whose, text, limit: PALETTE_HITS };
    return (await this.session.request('list', wish)).conversations;
  }

  /** @param {string} id */
  #open(id) {
    return this.#attempt(() => this.opener.open(id));
  }

  /** Accept the offered conversation or else the first in the queue, and show it. */
  async #acceptNext() {
    const next = this.offers.first ?? this.lists.queue()[0]?.summary.conversation;
    if (next) await this.#attempt(() => this.opener.accept(next));
  }

  /** @param {string} status */
  async #chooseStatus(status) {
    const { capacity } = this.session.me;
    await this.#attempt(() => this.session.setStatus({ status, capacity }));
    this.status.update();
    this.update();
  }

  #showShortcuts() {
    showShortcuts(this.words, this.commands.list());
  }

  #emptyState() {
    const { me } = this.session;
    if (me.id === '') return 'loading';
    if (this.lists.queue().length) return 'queue';
    return me.status === 'online' ? 'ready' : 'offline';
  }

  #listen() {
    const { session } = this;
    session.connection.on('welcome', (welcome) => this.#welcomed(welcome));
    session.on('presence', () => this.status.update());
    session.on('away', () => this.#wentAway());
    session.on('state', () => this.#showConnection());
    session.on('state', () => this.status.update());
    session.on('change', () => this.#updateSoon());
    session.on('site', () => this.update());
    session.on('draft', (draft) => this.drafts.receive(draft));
    this.drafts.on('begun', () => this.#updateSoon());
    session.on('sent-away', (code) => this.#sentAway(code));
    this.viewing.on('change', () => this.panes.update());
    session.follow(window);
    document.addEventListener('visibilitychange', () => this.update());
    for (const gesture of ['pointerdown', 'keydown'])
      document.addEventListener(gesture, () => this.alert.unlock(), { once: true });
    keepFilesOut();
    setInterval(() => this.#tick(), 1_000);
  }

  /**
   * Update once per animation frame, because frames of the server arrive in bursts. Hidden pages
   * are updated in a task, as they get no animation frames.
   */
  #updateSoon() {
    if (this.#isDue) return;
    this.#isDue = true;
    const show = () => this.#isDue && this.update();
    if (document.hidden) setTimeout(show);
    else requestAnimationFrame(show);
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
    // Before the others read the lists: these may hold conversations that were taken while offline.
    this.lists.dropUnlisted(/** @type {any} */ (welcome));
    this.attention.welcomed();
    this.offers.welcomed(welcome.offers ?? []);
    this.viewing.forget();
    this.panes.welcomed();
    this.top.welcomed();
    this.status.update();
    this.update();
  }

  /** Tell that the server has set the technician away after offers that were missed. */
  #wentAway() {
    this.noticeBar.say(this.words.say('setAway'));
    this.status.update();
    this.update();
  }

  /** Return the ids of the own conversations, the oldest first. */
  #ownByAge() {
    return this.lists
      .own()
      .map(({ summary }) => summary)
      .sort((a, b) => a.opened_at - b.opened_at)
      .map(({ conversation }) => conversation);
  }

  /** @param {number} code */
  #sentAway(code) {
    if (code === CLOSE_NOT_SIGNED_IN) location.assign('/login');
    else this.line.show(this.words.say('signedOut'));
  }

  #showConnection() {
    const isOnline = this.session.connection.state === 'online';
    if (isOnline) this.#connected();
    const kept = this.storage.lasting ? '' : this.words.say('unlasting');
    this.line.show(isOnline ? kept : this.words.say('connecting'));
    this.update();
  }

  /**
   * Send what was written offline, and restore the panes after a reload. This needs the own
   * conversations, which the welcome has told.
   */
  #connected() {
    const own = this.lists.own().map(({ summary }) => summary.conversation);
    this.drafts.merge(this.session.welcome.drafts ?? [], own);
    // A later reconnect keeps the panes as they are.
    if (!this.#isRestored) this.panes.restore(own);
    this.#isRestored = true;
    this.#openNamed();
  }

  /**
   * Open the conversation of the URL fragment, which the supervisors' page sets after a takeover.
   */
  #openNamed() {
    const id = new URLSearchParams(location.hash.slice(1)).get('conversation');
    if (!id || !this.session.conversations.has(id)) return;
    history.replaceState(null, '', location.pathname);
    this.panes.open(id);
  }
}

new ConsolePage(await pageWords('console', wantedLanguages())).start();
