import { find } from '../elements/build.js';
import { StatusLine } from '../elements/status-line.js';
import { pageWords } from '../elements/words.js';
import { liveUrl } from '../lib/connection.js';
import { memory } from '../lib/memory.js';
import { Outbox } from '../lib/outbox.js';
import { Session } from '../lib/session.js';
import { Alert } from './alert.js';
import { ConversationLists } from './conversation-lists.js';
import { CustomerCard } from './customer-card.js';
import { Panes } from './panes.js';
import { Reading } from './reading.js';
import { StatusBar } from './status-bar.js';

const NOT_SIGNED_IN = 4_501;

/** What the parts of the screen share. */
export class Desk {
  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    this.storage = memory(() => localStorage);
    const outbox = new Outbox(this.storage, 'chatserver.console.outbox');
    this.session = new Session(liveUrl(location.href), 'technician', () => ({}), outbox);
    /** @type {Map<string, import('../lib/types.js').Colleague>} */
    this.colleagues = new Map();
    /** @type {Set<string>|null} who was waiting when this page looked last */
    this.waiting = null;
    /** How far the server's clock is ahead of this one's, in ms. */
    this.ahead = 0;
    this.alert = new Alert();
    this.line = new StatusLine();
    this.reading = new Reading(this);
    this.status = new StatusBar(this);
    this.lists = new ConversationLists(this);
    this.panes = new Panes(this);
    this.card = new CustomerCard(this);
  }

  start() {
    const { session } = this;
    document.title = this.words.say('console');
    find(document, '#connection').replaceWith(this.line);
    find(document, '#title').textContent = this.words.say('console');
    find(document, '#left').setAttribute('aria-label', this.words.say('own'));
    find(document, '#left').append(this.status.section, ...this.lists.sections);
    session.connection.on('welcome', (welcome) => this.#welcomed(welcome));
    session.on('presence', ({ technician }) => {
      this.colleagues.set(technician.id, technician);
      this.status.update();
    });
    session.on('state', () => {
      this.#showConnection();
      this.status.update();
    });
    session.on('site', () => this.update());
    session.on('change', () => this.update());
    session.on('event', (event) => this.#happened(event));
    session.on('sent-away', (code) => this.#sentAway(code));
    for (const name of ['online', 'pageshow', 'visibilitychange'])
      window.addEventListener(name, () => session.wake());
    document.addEventListener('keydown', (event) => this.#key(event));
    for (const gesture of ['pointerdown', 'keydown'])
      document.addEventListener(gesture, () => this.alert.unlock(), { once: true });
    setInterval(() => this.lists.tick(), 1_000);
    this.#showConnection();
    session.connection.start();
  }

  update() {
    this.lists.update();
    this.panes.update();
    this.card.update();
    const count = this.lists.unreadTotal() + this.lists.queue().length;
    const title = this.words.say('console');
    document.title = count ? `(${count}) ${title}` : title;
    this.#ringForArrivals();
  }

  #ringForArrivals() {
    if (!this.waiting) return;
    const waiting = new Set(this.lists.queue().map(({ summary }) => summary.conversation));
    const before = this.waiting;
    this.waiting = waiting;
    if (this.me.status === 'offline') return;
    if ([...waiting].some((id) => !before.has(id))) this.alert.ring(this.words.say('newCustomer'));
  }

  /** The server's time, by which everything is dated (ms). */
  get now() {
    return Date.now() + this.ahead;
  }

  /** @param {string|null} topic */
  topicName(topic) {
    const topics = /** @type {import('../lib/types.js').Topic[]} */ (this.session.welcome.topics ?? []);
    return topics.find(({ id }) => id === topic)?.name ?? topic ?? '';
  }

  /** The technician who sits here. @returns {{id: string, name: string, status: string, capacity: number}} */
  get me() {
    return this.session.welcome.technician ?? { id: '', name: '', status: 'offline', capacity: 1 };
  }

  /** @param {import('../lib/types.js').Frame} welcome */
  #welcomed(welcome) {
    this.colleagues = new Map(
      welcome.technicians.map((/** @type {any} */ each) => [each.id, each]),
    );
    this.ahead = welcome.at - Date.now();
    this.lists.correct(/** @type {any} */ (welcome));
    this.waiting ??= new Set(welcome.queue.map((/** @type {any} */ each) => each.conversation));
    this.status.update();
    this.update();
  }

  /** @param {import('../lib/types.js').ChatEvent} event */
  #happened(event) {
    if (event.kind === 'assigned' && event.technician?.id === this.me.id) {
      this.panes.offer(event.conversation);
      if (event.author.id !== this.me.id) this.alert.ring(this.words.say('newCustomer'));
    }
    if (event.kind === 'message' && event.author.role === 'customer' && document.hidden)
      this.alert.ring(event.author.name);
  }

  /** @param {number} code */
  #sentAway(code) {
    if (code === NOT_SIGNED_IN) location.assign('/login');
    else this.line.show(this.words.say('signedOut'));
  }

  #showConnection() {
    const online = this.session.connection.state === 'online';
    const kept = this.storage.lasting ? '' : this.words.say('unlasting');
    this.line.show(online ? kept : this.words.say('connecting'));
  }

  /** Alt+1…9 moves between one's conversations. @param {KeyboardEvent} event */
  #key(event) {
    const number = Number(event.key);
    if (!event.altKey || !(number >= 1 && number <= 9)) return;
    const conversation = this.lists.own()[number - 1];
    if (!conversation) return;
    event.preventDefault();
    this.panes.open(conversation.summary.conversation);
  }
}

new Desk(await pageWords('console')).start();
