/** @typedef {import('./i18n.js').Words} Words */

/** Tells why a request failed, with a sentence for the reader. */
export class Problem extends Error {
  /**
   * @param {string} message
   * @param {{code?: string, field?: string, status?: number}} [what]
   */
  constructor(message, { code = 'unreachable', field = '', status = 0 } = {}) {
    super(message);
    this.code = code;
    this.field = field;
    this.status = status;
  }
}

/** Sends requests to the server of the page and reads its answers, both in JSON. */
export class Http {
  /**
   * @param {Words} words which have `unreachable`
   * @param {() => Record<string, string>} [credentials] headers that authenticate the request
   */
  constructor(words, credentials = () => ({})) {
    this.words = words;
    this.credentials = credentials;
  }

  /**
   * @param {string} path
   * @returns {Promise<any>} the answer; rejects with Problem
   */
  get(path) {
    return this.#ask(path, {});
  }

  /**
   * @param {string} path
   * @param {unknown} body
   * @returns {Promise<any>} the answer; rejects with Problem
   */
  post(path, body) {
    const headers = { 'Content-Type': 'application/json' };
    return this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /**
   * @param {string} path
   * @param {File} file
   * @returns {Promise<any>} the answer; rejects with Problem
   */
  postFile(path, file) {
    const headers = { 'X-File-Name': encodeURIComponent(file.name) };
    return this.#ask(path, { method: 'POST', headers, body: file });
  }

  // Internal

  /**
   * @param {string} path
   * @param {RequestInit} how
   */
  async #ask(path, how) {
    const headers = { ...how.headers, ...this.credentials() };
    const unreachable = () => new Problem(this.words.say('unreachable'));
    const answer = await fetch(path, { ...how, headers }).catch(() => {
      throw unreachable();
    });
    const text = await answer.text();
    const said = parsed(text);
    // A proxy that answers in place of the server sends HTML.
    if (said === undefined) throw unreachable();
    if (!answer.ok) throw new Problem(said?.detail ?? answer.statusText, said);
    return said;
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return undefined;
  }
}
