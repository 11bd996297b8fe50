import { ScopedStorage } from './scoped-storage.js';

/** @typedef {import('../lib/storage.js').PersistentStorage} PersistentStorage */

const TOKEN = 'token';
const MOST_ATTRIBUTES = 20;

/**
 * Who sits before the panel: somebody whom the host page vouches for, or whoever has the token
 * that is kept. What is kept for the one is never shown to the other.
 */
export class Customer {
  #token;

  /**
   * @param {PersistentStorage} storage
   * @param {Record<string, any>} chosen by the host page
   */
  constructor(storage, chosen) {
    this.chosen = chosen;
    const { identity } = chosen;
    this.storage = new ScopedStorage(
      storage,
      identity ? `chatserver.as.${subject(identity)}.` : 'chatserver.',
    );
    this.#token = identity ? null : this.storage.getItem(TOKEN);
  }

  /**
   * Whether what the host page has chosen now is about the same person.
   *
   * @param {Record<string, any>} chosen
   */
  isStill({ identity }) {
    const before = this.chosen.identity;
    return Boolean(identity) === Boolean(before) && subject(identity) === subject(before);
  }

  /**
   * The fields of `hello` that say who it is and where.
   *
   * @param {string} page
   */
  hello(page) {
    const { language, identity } = this.chosen;
    return {
      ...(this.#token ? { token: this.#token } : identity && { identity }),
      locale: language && language !== 'auto' ? language : navigator.language,
      timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      attributes: attributes(this.chosen.attributes),
      page,
    };
  }

  /**
   * The server has said under which token it knows them. Of somebody whom the host page vouches
   * for it is not kept: who comes back must be vouched for again.
   *
   * @param {string} token
   */
  known(token) {
    this.#token = token;
    if (!this.chosen.identity) this.storage.setItem(TOKEN, token);
  }

  /**
   * The server does not know them any more.
   *
   * @returns {boolean} whether they can come again as somebody new
   */
  unknown() {
    const hadToken = this.#token !== null;
    this.#token = null;
    if (!this.chosen.identity) this.storage.removeItem(TOKEN);
    return hadToken;
  }
}

/**
 * Whom an identity names; whether that is true only the server can say.
 *
 * @param {string} [identity] a JSON Web Token
 */
function subject(identity = '') {
  try {
    const claims = identity.split('.')[1] ?? '';
    return `${JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))).sub}`;
  } catch {
    return '';
  }
}

/**
 * What the host page tells of its customer, within what the wire carries.
 *
 * @param {unknown} told an object, or one as JSON
 * @returns {Record<string, string>}
 */
export function attributes(told) {
  const all = typeof told === 'string' ? parsed(told) : told;
  if (typeof all !== 'object' || all === null) return {};
  return Object.fromEntries(
    Object.entries(all)
      .slice(0, MOST_ATTRIBUTES)
      .map(([name, value]) => [name.slice(0, 40), `${value}`.slice(0, 200)]),
  );
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
