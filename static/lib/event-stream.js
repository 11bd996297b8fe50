/** @typedef {import('./types.js').Socket} Socket */

const CLOSE_ABNORMAL = 1_006;
const CLOSE_TOO_LARGE = 1_009;
const HTTP_ACCEPTED = 204;
const CLOSE_BY_STATUS = {
  403: CLOSE_ABNORMAL,
  404: CLOSE_ABNORMAL,
  413: CLOSE_TOO_LARGE,
  422: CLOSE_ABNORMAL,
};
const RETRY_MS = 1_000;

/**
 * The most UTF-16 code units in a POST with more than one frame; at most three times as many bytes.
 */
const MAX_POST_LENGTH = 20_000;

/**
 * A session over HTTP for networks that block WebSockets: frames arrive as server-sent events and
 * leave in POST requests, one request after the other. Its interface is that of a WebSocket.
 *
 * @implements {Socket}
 */
export class EventStream {
  /** @type {Socket['onopen']} */
  onopen = null;
  /** @type {Socket['onmessage']} */
  onmessage = null;
  /** @type {Socket['onclose']} */
  onclose = null;
  /** Frames that the server has not acknowledged. @type {string[]} */
  #waiting = [];
  /** The sequence number of the first frame that waits. */
  #number = 1;
  #key = '';
  #pinged = false;
  #isPosting = false;
  #stopped = new AbortController();

  /**
   * @param {string} url the live address, as for a WebSocket
   * @param {Pick<typeof globalThis, 'EventSource'|'fetch'|'setTimeout'>} world
   */
  constructor(url, world = globalThis) {
    this.url = url.replace(/^ws/, 'http');
    this.world = world;
    this.source = new world.EventSource(`${this.url}/events`);
    this.source.addEventListener('session', ({ data }) => this.#begun(JSON.parse(data)));
    this.source.addEventListener('message', ({ data }) => this.onmessage?.({ data }));
    this.source.addEventListener('ping', () => this.#answerPing());
    this.source.addEventListener('close', ({ data }) => this.#end(JSON.parse(data)));
    // EventSource would reconnect by itself, to a new session.
    this.source.addEventListener('error', () => this.#end({ code: CLOSE_ABNORMAL }));
  }

  /** @param {string} data */
  send(data) {
    this.#waiting.push(data);
    void this.#post();
  }

  close() {
    this.source.close();
    this.#stopped.abort();
  }

  // Internal

  /** @param {{key: string}} session */
  #begun({ key }) {
    this.#key = key;
    this.onopen?.({});
  }

  #answerPing() {
    this.#pinged = true;
    void this.#post();
  }

  /** @param {{code: number, reason?: string}} event */
  #end(event) {
    if (this.#stopped.signal.aborted) return;
    this.close();
    this.onclose?.(event);
  }

  async #post() {
    if (this.#isPosting) return;
    this.#isPosting = true;
    while (this.#pinged || this.#waiting.length) {
      this.#pinged = false;
      // A post without frames answers the ping of the server.
      const frames = this.#nextPost();
      const status = await this.#deliver(frames);
      if (this.#stopped.signal.aborted) return;
      const code = /** @type {Record<number, number>} */ (CLOSE_BY_STATUS)[status];
      if (status === HTTP_ACCEPTED) this.#taken(frames.length);
      else if (code) this.#end({ code });
      else await new Promise((done) => this.world.setTimeout(done, RETRY_MS));
    }
    this.#isPosting = false;
  }

  /**
   * Return the frames of the next POST: as many as fit, or one that is too long to share a request.
   */
  #nextPost() {
    let length = 0;
    const beyond = this.#waiting.findIndex((frame) => {
      length += frame.length;
      return length > MAX_POST_LENGTH;
    });
    return this.#waiting.slice(0, beyond < 0 ? this.#waiting.length : Math.max(1, beyond));
  }

  /**
   * Send frames. After a request without an answer they are sent again under the same number, and
   * the server takes them once.
   *
   * @param {string[]} frames
   * @returns {Promise<number>} the HTTP status, 0 where there was no answer
   */
  async #deliver(frames) {
    const headers = {
      'Content-Type': 'application/x-ndjson',
      'X-Session': this.#key,
      'X-Sequence': `${this.#number}`,
    };
    const body = frames.join('\n');
    const { signal } = this.#stopped;
    try {
      const answer = await this.world.fetch(`${this.url}/frames`, {
        method: 'POST',
        headers,
        body,
        signal,
      });
      return answer.status;
    } catch {
      return 0;
    }
  }

  /** @param {number} count */
  #taken(count) {
    this.#waiting.splice(0, count);
    this.#number += count;
  }
}
