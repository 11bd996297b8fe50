import { Session } from './session.js';

/** @typedef {import('./types.js').ChatEvent} ChatEvent */
/** @typedef {import('./types.js').Colleague} Colleague */
/** @typedef {import('./types.js').Frame} Frame */
/** @typedef {import('./types.js').Summary} Summary */
/** @typedef {import('./types.js').Topic} Topic */

/** @typedef {{id: string, name: string, status: string, capacity: number}} Me */

/** @type {Me} */
const NOT_WELCOME_YET = { id: '', name: '', status: 'offline', capacity: 1 };

/**
 * The session of a technician's page. Beside conversations it knows the signed-in technician, the
 * colleagues and the server's clock; it writes notes, and reads conversations of others.
 */
export class TechnicianSession extends Session {
  /** @type {Map<string, Colleague>} technicians by their ids, this one included */
  colleagues = new Map();
  /** How far the server's clock is ahead of this computer's, in ms. */
  #ahead = 0;

  /**
   * @param {string} url where live sessions of the server connect
   * @param {import('./outbox.js').Outbox} outbox
   * @param {import('./types.js').World} [world]
   */
  constructor(url, outbox, world) {
    super(url, 'technician', () => ({}), outbox, world);
    this.connection.on('welcome', (welcome) => this.#introduced(welcome));
    this.on('presence', ({ technician }) => this.#present(technician));
    this.on('away', () => this.#become({ status: 'away' }));
  }

  /** The signed-in technician; the id is empty before the first welcome. @returns {Me} */
  get me() {
    return this.welcome.technician ?? NOT_WELCOME_YET;
  }

  /** The server's time, in ms since 1970 UTC. */
  get now() {
    return Date.now() + this.#ahead;
  }

  /**
   * Return the name of a topic, or its id where the server has told no name.
   *
   * @param {string|null} topic
   */
  topicName(topic) {
    const topics = /** @type {Topic[]} */ (this.welcome.topics ?? []);
    return topics.find(({ id }) => id === topic)?.name ?? topic ?? '';
  }

  /**
   * Change the own status and how many conversations may be assigned at once.
   *
   * @param {{status: string, capacity: number}} wanted
   * @returns {Promise<void>} rejects with Refusal
   */
  async setStatus({ status, capacity }) {
    const { technician } = await this.request('status', { status, capacity });
    this.welcome.technician = technician;
  }

  /**
   * Write a note that customers never see; it is kept like a message.
   *
   * @param {string} conversation
   * @param {string} text
   */
  note(conversation, text) {
    return this.send(conversation, text, { note: true });
  }

  /**
   * Take up a conversation that was looked up, with what was read of it.
   *
   * @param {Summary} summary
   * @param {ChatEvent[]} [events] in order; the newest, or those after what is held
   */
  adopt(summary, events = []) {
    this.addSummary(summary);
    const { log } = this.conversation(summary.conversation);
    if (log.events.length) for (const event of events) log.add(event);
    else log.prepend(events);
    this.emit('change', summary.conversation);
  }

  /**
   * Follow a conversation without taking part, as supervisors may. After a lost connection it must
   * be asked for again, and goes on after what is held.
   *
   * @param {string} id
   */
  async watch(id) {
    const { last } = this.conversation(id).log;
    const ok = await this.request('watch', { conversation: id, ...(last && { after: last }) });
    if (ok.afresh) this.forgetEvents(id);
    const { log } = this.conversation(id);
    log.prepend(ok.events);
    for (const event of ok.events) this.receiveEvent({ ...event, conversation: id });
    this.emit('change', id);
  }

  /** Stop following; what was read need not be resumed. @param {string} id */
  unwatch(id) {
    this.forgetEvents(id);
    return this.request('unwatch', { conversation: id });
  }

  /** @param {Frame} welcome */
  #introduced({ at, technicians = [] }) {
    this.#ahead = at - Date.now();
    this.colleagues = new Map(technicians.map((/** @type {Colleague} */ each) => [each.id, each]));
  }

  /** @param {Colleague} technician */
  #present(technician) {
    this.colleagues.set(technician.id, technician);
    const { id, status, capacity } = technician;
    // The status may have been changed on another device of the same technician.
    if (id === this.me.id) this.#become({ status, capacity });
  }

  /** @param {Partial<Me>} changed */
  #become(changed) {
    this.welcome.technician = { ...this.me, ...changed };
  }
}
