import { setText } from './dom.js';

const DELAY_MS = 600;

/** The state of the connection as a line of text; it is hidden while all is well. */
export class StatusLine extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  connectedCallback() {
    this.setAttribute('role', 'status');
  }

  /** @param {string} text empty when all is well */
  show(text) {
    clearTimeout(this.#timer);
    // Short gaps are not worth a message: only those that last are shown.
    if (text) this.#timer = setTimeout(() => setText(this, text), DELAY_MS);
    else setText(this, '');
  }
}

customElements.define('status-line', StatusLine);
