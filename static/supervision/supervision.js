import { build, find } from '../elements/build.js';
import { setText } from '../elements/rows.js';
import { StatusLine } from '../elements/status-line.js';
import { pageWords } from '../elements/words.js';
import { liveUrl } from '../lib/connection.js';
import { DeskSession } from '../lib/desk-session.js';
import { Http } from '../lib/http.js';
import { memory } from '../lib/memory.js';
import { Outbox } from '../lib/outbox.js';
import { topBar } from '../pages/top-bar.js';
import { Figures } from './figures.js';
import { Floor } from './floor.js';
import { gently } from './gently.js';
import { OpenConversations } from './open-conversations.js';
import { People } from './people.js';
import { Reading } from './reading.js';
import { Totals } from './totals.js';
import { WaitingLine } from './waiting-line.js';

/** @typedef {import('../lib/types.js').Colleague} Colleague */
/** @typedef {import('../lib/types.js').Frame} Frame */

const NOT_SIGNED_IN = 4_501;
const LISTS_REST = 2_000;
/** Who has no part in a conversation that only goes on is not told of it. */
const LISTS_EVERY = 5_000;
const FIGURES_REST = 3_000;
/** Even when nothing happens: promises are broken by time alone. */
const FIGURES_EVERY = 60_000;

/** What goes on at the desk now, and what the day came to so far. */
export class Supervision {
  targets = { amber: 120_000, red: 300_000 };
  /** How much this computer's clock is ahead of the server's, ms. */
  #ahead = 0;
  /** @type {(administers: boolean) => void} */
  #showWays = () => undefined;
  /** @type {Map<string, Colleague>} */
  colleagues = new Map();

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    this.http = new Http(words);
    const outbox = new Outbox(
      memory(() => sessionStorage),
      'chatserver.supervision.outbox',
    );
    this.session = new DeskSession(liveUrl(location.href), 'technician', () => ({}), outbox);
    this.floor = new Floor(this.session);
    this.line = new StatusLine();
    this.totals = new Totals(this);
    this.waiting = new WaitingLine(this);
    this.people = new People(this);
    this.conversations = new OpenConversations(this);
    this.figures = new Figures(this);
    this.reading = new Reading(this);
    this.refreshLists = gently(() => this.#loadLists(), LISTS_REST);
    this.refreshFigures = gently(() => this.figures.load(), FIGURES_REST);
  }

  start() {
    this.#build();
    const { session } = this;
    session.connection.on('welcome', (welcome) => this.#welcomed(welcome));
    session.connection.on('frame', (frame) => this.#received(frame));
    session.on('presence', ({ technician }) => this.#present(technician));
    session.on('change', () => this.reading.update());
    session.on('state', () => this.#showConnection());
    session.on('sent-away', (code) => this.#sentAway(code));
    for (const name of ['online', 'pageshow', 'visibilitychange'])
      window.addEventListener(name, () => session.wake());
    setInterval(() => this.tick(), 1_000);
    setInterval(() => this.#lookAgain(), LISTS_EVERY);
    setInterval(() => this.refreshFigures(), FIGURES_EVERY);
    this.#showConnection();
    session.connection.start();
  }

  /** The server's time, ms. */
  get now() {
    return Date.now() - this.#ahead;
  }

  get me() {
    return /** @type {{id: string, name: string}} */ (
      this.session.welcome.technician ?? { id: '', name: '' }
    );
  }

  /** The name of a topic. @param {string|null} id */
  topic(id) {
    const topics = /** @type {import('../lib/types.js').Topic[]} */ (
      this.session.welcome.topics ?? []
    );
    return topics.find((topic) => topic.id === id)?.name ?? id ?? '';
  }

  /** How bad a wait is. @param {number} ms @returns {'late'|'very-late'|''} */
  severity(ms) {
    if (ms >= this.targets.red) return 'very-late';
    return ms >= this.targets.amber ? 'late' : '';
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
    this.#showWays = topBar(find(document, '#top'), words, 'supervision');
    setText(find(document, '#title'), words.say('supervision'));
    find(document, '#now').append(
      this.totals.element,
      build('div', { className: 'beside' }, this.waiting.section, this.people.section),
      this.conversations.section,
    );
    find(document, '#today').append(this.figures.section);
    this.reading.place(find(document, '#reading'));
  }

  /** @param {Frame} welcome */
  #welcomed(welcome) {
    this.#ahead = Date.now() - welcome.at;
    this.targets = welcome.targets ?? this.targets;
    this.#showWays(welcome.administers);
    this.colleagues = new Map(
      welcome.technicians.map((/** @type {Colleague} */ each) => [each.id, each]),
    );
    this.#changed();
    this.reading.resume();
  }

  /** @param {Frame} frame */
  #received(frame) {
    if (frame.type === 'conversation') this.#changed();
    if (frame.type !== 'site') return;
    this.targets = frame.targets;
    this.session.welcome.topics = frame.topics;
    this.#show();
  }

  /** @param {Colleague} technician */
  #present(technician) {
    this.colleagues.set(technician.id, technician);
    // Somebody's load tells of conversations that this session hears nothing of.
    this.#changed();
  }

  #changed() {
    this.#show();
    this.refreshLists();
    this.refreshFigures();
  }

  #lookAgain() {
    const isSeen = document.visibilityState === 'visible';
    if (isSeen && this.session.connection.state === 'online') this.refreshLists();
  }

  async #loadLists() {
    await this.floor.load();
    this.#show();
  }

  #show() {
    this.people.show([...this.colleagues.values()]);
    this.waiting.show(this.floor.waiting);
    this.conversations.show(this.floor.active);
    this.totals.show();
    this.reading.update();
    this.#showOwn();
    this.tick();
  }

  /** Whoever is online is given customers, whichever page they look at. */
  #showOwn() {
    const count = this.floor.active.filter(
      ({ technician }) => technician?.id === this.me.id,
    ).length;
    const place = find(document, '#own');
    place.hidden = count === 0;
    const link = build('a', { href: '/console' }, this.words.say('toConsole'));
    place.replaceChildren(`${this.words.say('ownConversations', { count })} `, link);
  }

  #showConnection() {
    const online = this.session.connection.state === 'online';
    this.line.show(online ? '' : this.words.say('notLive'));
  }

  /** @param {number} code */
  #sentAway(code) {
    if (code === NOT_SIGNED_IN) location.assign('/login?next=/supervision');
    else this.line.show(this.words.say('signedOut'));
  }
}

new Supervision(await pageWords('supervision')).start();
