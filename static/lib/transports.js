/** @typedef {import('./types.js').Socket} Socket */
/** @typedef {import('./types.js').Transport} Transport */

const CLOSE_ABNORMAL = 1_006;
const CLOSE_FROM_SERVER = 1_009;
const TRIES_AT_FIRST = 2;
const TRIES_AFTER_SUCCESS = 5;
const TRIES_AFTER_FALLBACK = 1;
const FALLBACK_MS = 600_000;
const TIMEOUT_MS = 20_000;
const UNPROVEN_TIMEOUT_MS = 6_000;

/**
 * Chooses the transport of the next connection: a WebSocket, or an event stream where a proxy
 * breaks WebSockets. The choice lasts for this page, and WebSockets are tried again after ten
 * minutes.
 */
export class TransportChoice {
  #failures = 0;
  #tries = TRIES_AT_FIRST;
  #streamUntil = 0;

  /**
   * @param {number} now ms
   * @returns {Transport}
   */
  choose(now) {
    const first = now < this.#streamUntil ? 0 : this.#tries;
    // When the stream fails as well, the server may be down: then both are tried in turn.
    return this.#failures >= first && (this.#failures - first) % 2 === 0 ? 'stream' : 'websocket';
  }

  /**
   * Return how long to wait for the welcome, in ms. A proxy that holds a WebSocket open without
   * forwarding is detected soon; a server to which all clients reconnect at once is given more
   * time.
   *
   * @param {Transport} transport
   */
  timeout(transport) {
    const isKnown = transport === 'stream' || this.#tries === TRIES_AFTER_SUCCESS;
    return isKnown ? TIMEOUT_MS : UNPROVEN_TIMEOUT_MS;
  }

  /**
   * @param {Transport} transport
   * @param {number} now ms
   */
  welcomed(transport, now) {
    this.#failures = 0;
    const streams = transport === 'stream';
    // Where WebSockets have worked, an outage of the server is likelier than a proxy that breaks
    // them.
    this.#tries = streams ? TRIES_AFTER_FALLBACK : TRIES_AFTER_SUCCESS;
    this.#streamUntil = streams ? now + FALLBACK_MS : 0;
  }

  /** Note that an attempt has ended before the welcome. @param {number} code */
  failed(code) {
    // With a close code of its own the server was reached.
    if (code < CLOSE_FROM_SERVER) this.#failures += 1;
  }
}

/**
 * Open a transport to the server's live address (ws: or wss:).
 *
 * @param {string} url
 * @param {Transport} transport
 * @returns {Socket}
 */
export function openTransport(url, transport) {
  return transport === 'stream'
    ? new LateSocket(loadStream(url))
    : new WebSocket(url, 'support.v1');
}

/**
 * A Socket whose module is loaded on demand, because most pages never need it.
 *
 * @implements {Socket}
 */
class LateSocket {
  /** @type {Socket['onopen']} */
  onopen = null;
  /** @type {Socket['onmessage']} */
  onmessage = null;
  /** @type {Socket['onclose']} */
  onclose = null;
  /** @type {Socket|null} */
  #socket = null;
  #isClosed = false;

  /** @param {Promise<() => Socket>} loading settles with the function that opens it */
  constructor(loading) {
    loading.then(
      (open) => this.#loaded(open),
      () => this.onclose?.({ code: CLOSE_ABNORMAL }),
    );
  }

  /** @param {string} data */
  send(data) {
    this.#socket?.send(data);
  }

  close() {
    this.#isClosed = true;
    this.#socket?.close();
  }

  /** @param {() => Socket} open */
  #loaded(open) {
    if (this.#isClosed) return;
    const socket = open();
    this.#socket = socket;
    socket.onopen = (event) => this.onopen?.(event);
    socket.onmessage = (event) => this.onmessage?.(event);
    socket.onclose = (event) => this.onclose?.(event);
  }
}

/** @param {string} url */
async function loadStream(url) {
  const { EventStream } = await import('./event-stream.js');
  return () => new EventStream(url);
}
