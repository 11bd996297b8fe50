import { build, find, setText } from '../elements/dom.js';
import { wantedLanguages } from '../elements/language-choice.js';
import { pageWords } from '../elements/page-words.js';
import { StaffBar } from '../elements/staff-bar.js';
import { StatusLine } from '../elements/status-line.js';
import { CLOSE_NOT_SIGNED_IN } from '../lib/close-codes.js';
import { liveUrl } from '../lib/connection.js';
import { Http } from '../lib/http.js';
import { Outbox } from '../lib/outbox.js';
import { openStorage } from '../lib/storage.js';
import { TechnicianSession } from '../lib/technician-session.js';
import { throttle } from '../lib/throttle.js';
import { LiveDesk } from './live-desk.js';
import { LiveReading } from './live-reading.js';
import { OpenConversations } from './open-conversations.js';
import { Statistics } from './statistics.js';
import { TechnicianList } from './technician-list.js';
import { Totals } from './totals.js';
import { WaitingList } from './waiting-list.js';

/** @typedef {import('../lib/types.js').Frame} Frame */

const LISTS_MIN_INTERVAL_MS = 2_000;
/**
 * Messages in conversations of others are not sent to this session, so that the lists are fetched
 * regularly.
 */
const LISTS_POLL_MS = 5_000;
const STATISTICS_MIN_INTERVAL_MS = 3_000;
/** Time alone changes the statistics, because promised answers become overdue. */
const STATISTICS_POLL_MS = 60_000;
/** The share of a month changes little, and reads thirty days. */
const KEPT_POLL_MS = 600_000;

/**
 * The supervisors' page: the current conversations, and the statistics of a period. No other module
 * imports this one.
 */
class SupervisionPage {
  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    const outbox = new Outbox(
      openStorage(() => sessionStorage),
      'chatserver.tasks.outbox',
    );
    this.session = new TechnicianSession(liveUrl(location.href), outbox);
    this.liveDesk = new LiveDesk(this.session);
    const http = new Http(words);
    this.http = http;
    this.bar = new StaffBar(find(document, '#top'), { words, http, here: 'supervision' });
    this.line = new StatusLine();
    this.reading = new LiveReading(words, this.session, {
      listed: (id) => this.liveDesk.find(id),
      changed: () => this.#showLists(),
    });
    const reading = {
      open: (/** @type {string} */ id) => this.reading.open(id),
      isOpen: (/** @type {string} */ id) => this.reading.id === id,
    };
    this.ownCount = build('span');
    this.totals = new Totals(words, this.session, this.liveDesk);
    this.waiting = new WaitingList(words, this.session, reading);
    this.technicians = new TechnicianList(words);
    this.conversations = new OpenConversations(words, this.session, reading);
    this.statistics = new Statistics(words, http);
    this.refreshLists = throttle(() => this.#loadLists(), LISTS_MIN_INTERVAL_MS);
    this.refreshStatistics = throttle(
      () => this.statistics.refreshDay(),
      STATISTICS_MIN_INTERVAL_MS,
    );
  }

  start() {
    this.#build();
    const { session } = this;
    session.connection.on('welcome', (welcome) => this.#welcomed(welcome));
    session.connection.on('frame', (frame) => this.#received(frame));
    // A changed load tells of conversations that this session gets no frames about.
    session.on('presence', () => this.#changed());
    session.on('change', () => this.reading.update());
    session.on('state', () => this.#showConnection());
    session.on('sent-away', (code) => this.#sentAway(code));
    session.follow(window);
    setInterval(() => this.tick(), 1_000);
    setInterval(() => this.#lookAgain(), LISTS_POLL_MS);
    setInterval(() => this.statistics.refresh(), STATISTICS_POLL_MS);
    setInterval(() => this.#loadKept(), KEPT_POLL_MS);
    this.#showConnection();
    session.connection.start();
  }

  tick() {
    this.totals.tick();
    this.waiting.tick();
    this.conversations.tick();
  }

  #build() {
    const { words } = this;
    document.title = words.say('supervision');
    find(document, '#connection').replaceWith(this.line);
    setText(find(document, '#title'), words.say('supervision'));
    find(document, '#now').append(
      this.totals.element,
      build('div', { className: 'beside' }, this.waiting.section, this.technicians.section),
      this.conversations.section,
    );
    find(document, '#past').append(this.statistics.section);
    const toConsole = build('a', { href: '/console' }, words.say('toConsole'));
    find(document, '#own').append(this.ownCount, toConsole);
    this.reading.place(find(document, '#reading'));
  }

  /** @param {Frame} welcome */
  #welcomed(welcome) {
    this.bar.show({ name: this.session.me.name, administers: welcome.administers });
    this.#changed();
    this.reading.resume();
    void this.#loadKept();
  }

  async #loadKept() {
    try {
      const figures = await this.http.get('/supervision/figures?period=last_30_days');
      this.totals.showKept(figures.promises);
    } catch {
      // The page says that the connection is lost; the next round fetches again.
    }
  }

  /** @param {Frame} frame */
  #received(frame) {
    if (frame.type === 'conversation') this.#changed();
    else if (frame.type === 'site') this.#show();
  }

  #changed() {
    this.#show();
    this.refreshLists();
    this.refreshStatistics();
  }

  #lookAgain() {
    const isSeen = document.visibilityState === 'visible';
    if (isSeen && this.session.connection.state === 'online') this.refreshLists();
  }

  async #loadLists() {
    await this.liveDesk.load();
    this.#show();
  }

  #show() {
    this.technicians.show([...this.session.colleagues.values()]);
    this.#showLists();
    this.totals.show();
    this.reading.update();
    this.#showOwn();
    this.tick();
  }

  #showLists() {
    this.waiting.show(this.liveDesk.waiting);
    this.conversations.show(this.liveDesk.active, this.liveDesk.isCut);
  }

  /**
   * Link to the console while the supervisor has conversations: an online supervisor is assigned
   * customers on this page as well.
   */
  #showOwn() {
    const count = this.liveDesk.active.filter(
      ({ technician }) => technician?.id === this.session.me.id,
    ).length;
    find(document, '#own').hidden = count === 0;
    setText(this.ownCount, `${this.words.say('ownConversations', { count })} `);
  }

  #showConnection() {
    const online = this.session.connection.state === 'online';
    this.line.show(online ? '' : this.words.say('notLive'));
  }

  /** @param {number} code */
  #sentAway(code) {
    if (code === CLOSE_NOT_SIGNED_IN) location.assign('/login?next=/supervision');
    else this.line.show(this.words.say('signedOut'));
  }
}

new SupervisionPage(await pageWords('supervision', wantedLanguages())).start();
