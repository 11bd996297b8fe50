import { Connection } from './connection.js';
import { evolve, unknown } from './conversation.js';
import { Delivery } from './delivery.js';
import { Emitter } from './emitter.js';

/** @typedef {import('./conversation.js').Conversation} Conversation */
/** @typedef {import('./types.js').Frame} Frame */
/** @typedef {import('./types.js').Summary} Summary */
/** @typedef {import('./types.js').ChatEvent} ChatEvent */

const TYPING_MS = 6_000;

/**
 * The state of the server as one page knows it: conversations, people and the connection.
 *
 * Emits `change` (conversation id or null), `event` (each new one), `opened` (id of the
 * conversation that was asked for), `state` and `sent-away`, and as the server says them
 * `presence`, `draft`, `viewers`, `offer`, `away` and `site`.
 */
export class Session extends Emitter {
  /** @type {Map<string, Conversation>} */
  conversations = new Map();
  /** @type {Frame} */
  welcome = { type: 'none' };
  #delivery;
  /** @type {Promise<import('./uploads.js').Uploads>|null} */
  #uploads = null;

  /**
   * @param {string} url where live sessions of the server connect
   * @param {'customer'|'technician'} side
   * @param {() => Record<string, unknown>} introduce the fields of `hello` that the page adds
   * @param {import('./outbox.js').Outbox} outbox
   * @param {import('./types.js').World} [world]
   */
  constructor(url, side, introduce, outbox, world) {
    super();
    this.url = url;
    this.side = side;
    this.outbox = outbox;
    const hello = () => ({ role: side, ...introduce(), ...this.#resume() });
    this.connection = new Connection(url, hello, world);
    this.#delivery = new Delivery(this.connection, outbox, () => this.#uploader());
    for (const name of ['change', 'opened'])
      this.#delivery.on(name, (news) => this.emit(name, news));
    for (const name of ['state', 'sent-away'])
      this.connection.on(name, (news) => this.emit(name, news));
    this.connection.on('welcome', (frame) => this.#welcomed(frame));
    this.connection.on('frame', (frame) => this.#received(frame));
  }

  /**
   * @param {string} type
   * @param {Record<string, unknown>} fields
   */
  request(type, fields) {
    return this.connection.request(type, fields);
  }

  /** Forget the identity: the next connection begins as a new customer. */
  forget() {
    this.conversations.clear();
    this.welcome = { type: 'none' };
  }

  /** Add a conversation that a search has found. @param {Summary} summary */
  addSummary(summary) {
    this.#summarize(summary);
  }

  /**
   * Be connected while the page is there, and check the connection when it may have been lost.
   *
   * @param {EventTarget} page the window
   */
  follow(page) {
    page.addEventListener('pagehide', () => this.connection.pause());
    page.addEventListener('pageshow', () => this.connection.resume());
    for (const name of ['online', 'pageshow', 'visibilitychange'])
      page.addEventListener(name, () => this.wake());
  }

  /**
   * Check the connection and fetch missed events after the tab, the network or the computer slept.
   */
  wake() {
    this.connection.reconnectNow();
    this.connection.checkAlive();
    const [id] = [...this.conversations].find(([, { log }]) => log.events.length) ?? [];
    if (!id || this.connection.state !== 'online') return;
    this.catchUp(id).catch(() => undefined);
  }

  /**
   * Open a conversation. After a reload the same request is sent again under the same id.
   *
   * @param {Record<string, unknown>} fields
   * @returns {Promise<Frame>} the `ok`; rejects with Refusal
   */
  open(fields) {
    return this.#delivery.open(fields);
  }

  /**
   * Send a message. It is kept in the outbox until the server has stored it.
   *
   * @param {string} conversation
   * @param {string} text
   * @param {{unmasked?: boolean, note?: boolean}} [how]
   */
  send(conversation, text, how) {
    return this.#delivery.post({ conversation, text, ...how });
  }

  /**
   * Send a file. It is kept until the server has stored it, but only while the page lasts; its
   * message tells the progress.
   *
   * @param {string} conversation
   * @param {File} file
   */
  sendFile(conversation, file) {
    return this.#delivery.postFile(conversation, file);
  }

  /**
   * The files of conversations for display: the size limit (bytes, 0 for none) and a function that
   * fetches the content, which needs headers that a link cannot send.
   *
   * @returns {import('./types.js').FileSource}
   */
  get files() {
    return {
      limit: this.welcome.files?.limit ?? 0,
      fetch: async (file, what) => (await this.#uploader()).files.fetch(file, what),
    };
  }

  /**
   * Return the outgoing messages of a conversation whose events have not arrived.
   *
   * @param {string} id
   */
  outgoing(id) {
    return this.#delivery.outgoing(id, this.conversations.get(id)?.log.last ?? 0);
  }

  /** Try a refused message or file again. @param {string} id */
  retry(id) {
    return this.#delivery.retry(id);
  }

  /** Give up a refused message, or a file that is being uploaded. @param {string} id */
  discard(id) {
    this.#delivery.discard(id);
  }

  /** Mark a conversation as read up to its newest event. @param {string} id */
  markRead(id) {
    const conversation = this.conversations.get(id);
    if (!conversation) return;
    const { read } = conversation.summary;
    if (conversation.log.last <= read[this.side]) return;
    read[this.side] = conversation.log.last;
    this.connection.signal('read', { conversation: id, seq: conversation.log.last });
    this.emit('change', id);
  }

  /** Fetch the events before the first one that is held. @param {string} id */
  async loadEarlier(id) {
    const log = this.conversations.get(id)?.log;
    const before = log?.events[0]?.seq;
    const ok = await this.request('history', { conversation: id, ...(before && { before }) });
    log?.prepend(ok.events);
    this.emit('change', id);
  }

  /** Fetch the events after the last one that is held. @param {string} id */
  async catchUp(id) {
    const { log } = this.conversation(id);
    const ok = await this.request('history', { conversation: id, after: log.last, limit: 200 });
    if (ok.afresh) {
      this.forgetEvents(id);
      return this.loadEarlier(id);
    }
    for (const event of ok.events) this.receiveEvent({ ...event, conversation: id });
    if (ok.more) await this.catchUp(id);
  }

  /**
   * Add an event that the server has sent; an event before it that is missing is fetched.
   *
   * @param {ChatEvent} event
   */
  receiveEvent(event) {
    const conversation = this.conversation(event.conversation);
    const outcome = conversation.log.add(event);
    if (outcome === 'gap') this.catchUp(event.conversation).catch(() => undefined);
    if (outcome === 'earlier') this.emit('change', event.conversation);
    if (outcome !== 'added') return;
    if (event.author.role === this.side) this.#delivery.eventArrived(event);
    evolve(conversation, event);
    this.emit('event', event);
    this.emit('change', event.conversation);
  }

  /**
   * Return a conversation; one that is not known is created empty.
   *
   * @param {string} id
   * @returns {Conversation}
   */
  conversation(id) {
    let conversation = this.conversations.get(id);
    if (!conversation) {
      conversation = unknown(id);
      this.conversations.set(id, conversation);
    }
    return conversation;
  }

  /** Count the unread messages of the other side. @param {Conversation} conversation */
  unread({ log, summary }) {
    const seen = summary.read[this.side];
    const isNew = (/** @type {ChatEvent} */ event) =>
      event.kind === 'message' && event.seq > seen && event.author.role !== this.side;
    return log.events.filter(isNew).length;
  }

  // Internal

  /** Load the module for files, on first use: many conversations have none. */
  #uploader() {
    this.#uploads ??= import('./uploads.js').then(
      ({ Uploads }) =>
        new Uploads(
          this.url,
          () => this.#credentials(),
          () => this.welcome.files,
        ),
    );
    this.#uploads.catch(() => (this.#uploads = null));
    return this.#uploads;
  }

  /** @returns {Record<string, string>} none for technicians, whose cookie identifies them */
  #credentials() {
    const { token } = this.welcome;
    return token ? { Authorization: `Bearer ${token}` } : {};
  }

  /** Hold nothing of a conversation: the log on the server is another one. @param {string} id */
  forgetEvents(id) {
    this.conversation(id).log = unknown(id).log;
  }

  #resume() {
    if (!this.welcome.epoch) return {};
    const held = [...this.conversations].filter(([, { log }]) => log.events.length);
    // At most 500, so that the hello stays small; the newest conversations come last.
    const resume = Object.fromEntries(held.slice(-500).map(([id, { log }]) => [id, log.last]));
    return { epoch: this.welcome.epoch, resume };
  }

  /** @param {Frame} frame */
  #welcomed(frame) {
    const restored = this.welcome.epoch && this.welcome.epoch !== frame.epoch;
    // Another epoch: the database was restored or replaced, and the held events may not exist in
    // it.
    if (restored) this.conversations.clear();
    const first = this.welcome.type === 'none';
    this.welcome = frame;
    for (const summary of [...frame.conversations, ...(frame.queue ?? [])])
      this.#summarize(summary);
    // The outbox of a shared browser is chosen by its owner, before anything of it is sent.
    if (first && frame.technician) this.outbox.setOwner(frame.technician.id);
    if (first) this.#delivery.sendKept();
    this.emit('change', null);
  }

  /** @param {Frame} frame */
  #received(frame) {
    if (frame.type === 'site') this.welcome = { ...this.welcome, ...frame, type: 'welcome' };
    switch (frame.type) {
      case 'event':
        return this.receiveEvent(/** @type {any} */ (frame));
      case 'conversation':
        this.#summarize(/** @type {any} */ (frame));
        break;
      case 'typing':
        this.#typing(frame);
        break;
      case 'read':
        this.#read(frame);
        break;
      case 'queue':
        this.conversation(frame.conversation).place = /** @type {any} */ (frame);
        break;
      case 'afresh':
        this.forgetEvents(frame.conversation);
        break;
      default:
        return this.emit(frame.type, frame);
    }
    this.emit('change', frame.conversation ?? null);
  }

  /** @param {Summary} summary */
  #summarize(summary) {
    const known = this.conversation(summary.conversation);
    const mine = known.summary.read[this.side];
    known.summary = { ...summary, read: { ...summary.read } };
    // A read position is sent without an answer: a summary from before it must not turn it back.
    known.summary.read[this.side] = Math.max(mine, summary.read[this.side]);
  }

  /** @param {Frame} frame */
  #typing({ conversation, on, author }) {
    const until = Date.now() + TYPING_MS;
    const who = author.role === this.side ? 'colleague' : 'typing';
    this.conversation(conversation)[who] = on ? { name: author.name, until } : null;
    if (on) this.connection.world.after(() => this.emit('change', conversation), TYPING_MS);
  }

  /** @param {Frame} frame */
  #read({ conversation, seq, author }) {
    const { read } = this.conversation(conversation).summary;
    const side = author.role === 'customer' ? 'customer' : 'technician';
    read[side] = Math.max(read[side], seq);
  }
}
