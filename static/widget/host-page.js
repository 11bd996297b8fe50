import { Emitter } from '../lib/emitter.js';
import { HostStorage } from './host-storage.js';

/** @typedef {import('../lib/storage.js').PersistentStorage} PersistentStorage */

/**
 * The first message of the host page.
 *
 * @typedef {object} Start
 * @property {PersistentStorage} storage
 * @property {Record<string, any>} chosen appearance and customer, as the host page configures them
 * @property {boolean} open
 */

/**
 * The page that embeds the panel in a frame. The loader puts its origin into the fragment of the
 * panel's address; messages are sent to and accepted from exactly that origin.
 *
 * Emits `start` (the first message), `shown` (boolean), `set` (the new configuration), `page` (its
 * new address), `stored` ([key, text or null], written by another tab) and `kept` (the number
 * of values in the storage of the host page).
 */
export class HostPage extends Emitter {
  /** @type {URL|null} */
  #url = hostUrl();
  isFraming = window.parent !== window;

  /** The address of the page that the customer visits, for the technician. */
  address = location.origin + location.pathname;

  /**
   * Tell the host page that the panel is ready, and wait for its first message. A panel that is
   * opened without a host page configures itself.
   *
   * @returns {Promise<Start>}
   */
  async start() {
    if (!this.isFraming || !this.#url) {
      const { openStorage } = await import('../lib/storage.js');
      const { topic, language } = Object.fromEntries(new URLSearchParams(location.search));
      return { storage: openStorage(() => localStorage), chosen: { topic, language }, open: true };
    }
    window.addEventListener('message', (event) => this.#heard(event));
    // The first comes before `start`; a single-page application changes its address.
    this.on('page', (page) => (this.address = page.slice(0, 2_000)));
    const { kept, chosen, open } = await new Promise((started) => {
      this.on('start', started);
      this.tell('ready');
    });
    const storage = new HostStorage(kept, (key, text) => this.tell('store', [key, text]));
    this.on('stored', ([key, text]) => storage.changed(key, text));
    this.on('kept', (count) => storage.stored(count));
    return { storage, chosen, open };
  }

  /**
   * @param {'ready'|'close'|'unread'|'store'|'identity'} chatserver
   * @param {unknown} [value]
   */
  tell(chatserver, value) {
    if (this.isFraming && this.#url)
      window.parent.postMessage({ chatserver, value }, this.#url.origin);
  }

  /** @param {MessageEvent} event */
  #heard({ source, origin, data }) {
    if (source !== window.parent || origin !== this.#url?.origin) return;
    if (typeof data?.chatserver === 'string') this.emit(data.chatserver, data.value);
  }
}

function hostUrl() {
  try {
    const url = new URL(decodeURIComponent(location.hash.slice(1)));
    return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
  } catch {
    return null;
  }
}
