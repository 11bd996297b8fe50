import { setText } from './dom.js';

const PATIENCE = 600;

/** How the connection is, in a quiet line that is not there while all is well. */
export class StatusLine extends HTMLElement {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  connectedCallback() {
    this.setAttribute('role', 'status');
  }

  /** @param {string} text nothing when all is well */
  show(text) {
    clearTimeout(this.#timer);
    // A short gap is nobody's business: only what lasts is said.
    if (text) this.#timer = setTimeout(() => setText(this, text), PATIENCE);
    else setText(this, '');
  }
}

customElements.define('status-line', StatusLine);
