import { CLOSE_OVERLOAD, CLOSE_STAY_AWAY } from './close-codes.js';
import { Emitter } from './emitter.js';
import { openTransport, TransportChoice } from './transports.js';

/** @typedef {import('./types.js').Frame} Frame */
/** @typedef {import('./types.js').World} World */
/** @typedef {import('./types.js').Socket} Socket */
/** @typedef {import('./types.js').Asked} Asked */

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;
const HELLO_TIMEOUT_MS = 5_000;
const OVERLOAD_DELAY_MS = 30_000;
const ANSWER_TIMEOUT_MS = 20_000;
const DOUBT_TIMEOUT_MS = 5_000;
const PING_AFTER_MS = 30_000;
const CLOSE_ABNORMAL = 1_006;

/**
 * An error that the server has answered, with its code and a sentence for the reader, or one of the
 * connection itself, whose message is a key of the shared words.
 */
export class Refusal extends Error {
  /** @param {Frame} frame */
  constructor(frame) {
    super(frame.message);
    this.code = /** @type {string} */ (frame.code);
    this.retryable = Boolean(frame.retryable);
    this.retryAfter = /** @type {number|undefined} */ (frame.retry_after);
  }
}

/**
 * A live session that reconnects by itself. It also notices a connection that is dead without being
 * closed: after 30 s of silence it sends a ping, and it reconnects when an answer is overdue.
 *
 * Emits `state` ('connecting', 'online', 'away'), `welcome`, `frame` (every other frame that
 * answers no request) and `sent-away` (close code) when the server tells the client not to
 * reconnect.
 */
export class Connection extends Emitter {
  /** @type {Socket|null} */
  #socket = null;
  /** @type {Map<string, Asked>} */
  #asked = new Map();
  #delay = FIRST_DELAY_MS;
  /** @type {number|null} */
  #retryAfter = null;
  #timer = /** @type {any} */ (null);
  #silence = /** @type {any} */ (null);
  #quiet = /** @type {any} */ (null);
  #transports = new TransportChoice();
  /** @type {import('./types.js').Transport} */
  #transport = 'websocket';
  /** The largest frame that the server accepts, in bytes. */
  #largest = Infinity;
  #stopped = true;
  #isPaused = false;
  #since = 0;
  state = 'connecting';
  /** Why the server has closed the last connection. @type {string|undefined} */
  reason;

  /**
   * @param {string} url
   * @param {() => Record<string, unknown>} hello the fields of `hello`, asked for at each connection
   * @param {World} world
   */
  constructor(url, hello, world = browser) {
    super();
    this.url = url;
    this.hello = hello;
    this.world = world;
  }

  start() {
    if (!this.#stopped) return;
    this.#stopped = this.#isPaused = false;
    this.#connect();
  }

  stop() {
    this.#stopped = true;
    this.#isPaused = false;
    this.world.forget(this.#timer);
    this.#heard();
    this.#socket?.close(1000);
    this.#socket = null;
    this.#become('away');
  }

  /**
   * Close the connection of a page that was left. A browser that may come back to the page keeps
   * its connections open (Chromium: for 10 min), and the person would seem to be there.
   */
  pause() {
    if (this.#stopped) return;
    this.stop();
    this.#isPaused = true;
  }

  /** Connect again after a pause. */
  resume() {
    if (this.#isPaused) this.start();
  }

  /** Reconnect at once, because the network or the tab has come back. */
  reconnectNow() {
    if (this.#stopped || this.#socket) return;
    this.world.forget(this.#timer);
    this.#connect();
  }

  /** Check with a ping whether the connection is alive; the answer is expected soon. */
  checkAlive() {
    if (this.state !== 'online') return;
    this.#ping();
    this.#expectWithin(DOUBT_TIMEOUT_MS);
  }

  /**
   * Send a request, and again after each reconnect, until it is answered. The server answers the
   * same id once, so that a repeated request changes nothing.
   *
   * @param {string} type
   * @param {Record<string, unknown>} fields
   * @param {string} id the idempotency key
   * @returns {Promise<Frame>} the `ok`; rejects with Refusal
   */
  request(type, fields, id = newId()) {
    const before = this.#asked.get(id);
    if (before) return before.answer;
    const { answer, done, fail } = awaited();
    const frame = JSON.stringify({ type, id, ...fields });
    this.#asked.set(id, { frame, answer, done, fail });
    this.#ask(id);
    return answer;
  }

  /**
   * Send a frame that is not answered and is lost while the connection is down.
   *
   * @param {string} type
   * @param {Record<string, unknown>} fields
   */
  signal(type, fields) {
    const frame = JSON.stringify({ type, ...fields });
    if (this.state === 'online' && this.#fits(frame)) this.#socket?.send(frame);
  }

  // Internal

  /** @param {string} id */
  #ask(id) {
    const asked = this.#asked.get(id);
    if (!asked || this.state !== 'online') return;
    if (!this.#fits(asked.frame)) {
      // The server would close the connection, and again after each reconnect.
      this.#answered({ type: 'error', id, code: 'too_long', message: 'tooLong' });
      return;
    }
    this.#socket?.send(asked.frame);
    if (this.#silence === null) this.#expectWithin(ANSWER_TIMEOUT_MS);
  }

  /** @param {string} frame */
  #fits(frame) {
    return new TextEncoder().encode(frame).length <= this.#largest;
  }

  /** @param {number} ms */
  #expectWithin(ms) {
    this.world.forget(this.#silence);
    this.#silence = this.world.after(() => this.#giveUp(), ms);
  }

  #giveUp() {
    const socket = this.#socket;
    if (!socket) return;
    // Closing a dead connection may take minutes; reconnect without waiting for it.
    this.#lost(socket, CLOSE_ABNORMAL);
    socket.close();
  }

  /**
   * Send a ping of the protocol, because scripts do not see those of WebSockets. All pings share
   * one id, so that at most one is under way.
   */
  #ping() {
    this.request('ping', {}, 'ping').catch(() => undefined);
  }

  #heard() {
    this.world.forget(this.#silence);
    this.world.forget(this.#quiet);
    this.#silence = null;
  }

  /** Begin to wait: for overdue answers, and online for the time of the next ping. */
  #listen() {
    if (this.#asked.size && this.#silence === null) this.#expectWithin(ANSWER_TIMEOUT_MS);
    if (this.state === 'online') this.#quiet = this.world.after(() => this.#ping(), PING_AFTER_MS);
  }

  #connect() {
    this.#become('connecting');
    this.#since = this.world.clock();
    this.#transport = this.#transports.choose(this.world.clock());
    this.#expectWithin(this.#transports.timeout(this.#transport));
    const socket = this.world.open(this.url, this.#transport);
    this.#socket = socket;
    socket.onopen = () => socket.send(JSON.stringify({ type: 'hello', ...this.hello() }));
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) this.#receive(JSON.parse(data));
    };
    socket.onclose = ({ code, reason }) => {
      this.reason = reason;
      this.#lost(socket, code);
    };
  }

  /** @param {Frame} frame */
  #receive(frame) {
    this.#heard();
    if (frame.type === 'welcome') this.#welcomed(frame);
    else if (frame.type === 'bye') this.#retryAfter = frame.retry_after;
    else if ((frame.type === 'ok' || frame.type === 'error') && this.#asked.has(frame.id)) {
      this.#answered(frame);
    } else this.emit('frame', frame);
    if (this.#socket) this.#listen();
  }

  /** @param {Frame} frame */
  #welcomed(frame) {
    this.#delay = FIRST_DELAY_MS;
    this.#transports.welcomed(this.#transport, this.world.clock());
    this.#largest = frame.max_frame || Infinity;
    this.emit('welcome', frame);
    this.#become('online');
    // Requests that were under way when the connection was lost; the ids make repeats harmless.
    for (const id of [...this.#asked.keys()]) this.#ask(id);
  }

  /** @param {Frame} frame */
  #answered(frame) {
    const asked = this.#asked.get(frame.id);
    if (frame.type === 'error' && frame.code === 'rate_limited') {
      // The server has done nothing, so the same id may be sent again.
      this.world.after(() => this.#ask(frame.id), frame.retry_after ?? FIRST_DELAY_MS);
      return;
    }
    this.#asked.delete(frame.id);
    if (frame.type === 'ok') asked?.done(frame);
    else asked?.fail(new Refusal(frame));
  }

  /**
   * @param {Socket} socket
   * @param {number} code
   */
  #lost(socket, code) {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#heard();
    if (this.state !== 'online') this.#transports.failed(code);
    // The server refuses a hello that comes too late with the same code as a wrong one; such a
    // hello is sent again.
    const unheard = this.state !== 'online' && this.world.clock() - this.#since > HELLO_TIMEOUT_MS;
    if (code >= CLOSE_STAY_AWAY && code < 5_000 && !(code === CLOSE_STAY_AWAY && unheard)) {
      this.#stopped = true;
      this.#become('away');
      this.emit('sent-away', code);
      return;
    }
    this.#become('connecting');
    this.#timer = this.world.after(() => this.#connect(), this.#nextDelay(code));
  }

  /** @param {number} code */
  #nextDelay(code) {
    const asked = code === CLOSE_OVERLOAD ? OVERLOAD_DELAY_MS : this.#retryAfter;
    this.#retryAfter = null;
    if (asked !== null) return asked;
    const isAnotherWay = this.#transports.choose(this.world.clock()) === 'stream';
    if (isAnotherWay && this.#transport === 'websocket') return 0;
    // Random between half and one and a half, so that thousands of clients do not reconnect at
    // once.
    const delay = this.#delay * (0.5 + this.world.random());
    this.#delay = Math.min(2 * this.#delay, MAX_DELAY_MS);
    return delay;
  }

  /** @param {string} state */
  #become(state) {
    if (state === this.state) return;
    this.state = state;
    this.emit('state', state);
  }
}

/** @type {World} */
export const browser = {
  open: openTransport,
  after: (run, ms) => setTimeout(run, ms),
  forget: (timer) => clearTimeout(timer),
  random: Math.random,
  clock: Date.now,
};

/** Make a promise of a frame together with the functions that settle it. */
function awaited() {
  /** @type {(frame: Frame) => void} */
  let done = () => undefined;
  /** @type {(error: Error) => void} */
  let fail = () => undefined;
  /** @type {Promise<Frame>} */
  const answer = new Promise((resolve, reject) => ([done, fail] = [resolve, reject]));
  return { answer, done, fail };
}

/** Make a random id of 96 bits. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Return the WebSocket address of the live sessions of the server at `base`.
 *
 * @param {string} base
 */
export function liveUrl(base) {
  const url = new URL('/live', base);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}
