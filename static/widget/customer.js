import { ScopedStorage } from './host-storage.js';

/** @typedef {import('../lib/storage.js').PersistentStorage} PersistentStorage */

const TOKEN = 'token';
const MAX_ATTRIBUTES = 20;

/**
 * The identity of the customer: one that the host page vouches for, or the owner of the stored
 * token. Their stored values are kept apart.
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
   * True if the host page's new configuration is about the same customer.
   *
   * @param {Record<string, any>} chosen
   */
  isStill({ identity }) {
    const before = this.chosen.identity;
    return Boolean(identity) === Boolean(before) && subject(identity) === subject(before);
  }

  /** Return the fields of `hello` that identify and describe the customer. @param {string} page */
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
   * Take the token that the server has issued. It is not stored for a customer whom the host page
   * vouches for: such a customer must be vouched for again.
   *
   * @param {string} token
   */
  known(token) {
    this.#token = token;
    if (!this.chosen.identity) this.storage.setItem(TOKEN, token);
  }

  /**
   * Forget a token that the server does not accept any more.
   *
   * @returns {boolean} true if the customer can return as a new one
   */
  unknown() {
    const hadToken = this.#token !== null;
    this.#token = null;
    if (!this.chosen.identity) this.storage.removeItem(TOKEN);
    return hadToken;
  }
}

/**
 * Return the subject of an identity, without verifying it: the server does that.
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
 * Return the attributes that the host page tells of its customer, within the limits of the
 * protocol.
 *
 * @param {unknown} told an object, or its JSON
 * @returns {Record<string, string>}
 */
export function attributes(told) {
  const all = typeof told === 'string' ? parsed(told) : told;
  if (typeof all !== 'object' || all === null) return {};
  return Object.fromEntries(
    Object.entries(all)
      .slice(0, MAX_ATTRIBUTES)
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
