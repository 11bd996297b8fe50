import { build, setText } from '../elements/dom.js';
import { contrast } from '../lib/colour.js';

/**
 * @typedef {{accent: string, position: string, label: string, title: string, greeting: string,
 *   language: string}} Look
 */

const NAME = 'chatserver';
const COLOUR = /^#[0-9a-f]{6}$/;

/**
 * A preview with the real panel and the button, as on a host page. It plays the part of the loader,
 * and keeps the panel's stored values until the page is closed.
 */
export class Preview {
  /** @type {Look|null} */
  #look = null;
  /** @type {HTMLIFrameElement|null} */
  #frame = null;
  #isReady = false;
  /** @type {Map<string, string>} */
  #kept = new Map();

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    this.bubble = build('span', { className: 'bubble-preview', 'aria-hidden': 'true' });
    this.stage = build('div', { className: 'stage' }, this.bubble);
    this.label = build('p', { className: 'soft' });
    this.element = build(
      'section',
      { className: 'preview-panel', 'aria-labelledby': 'preview-title' },
      build('h2', { id: 'preview-title' }, words.say('preview')),
      this.stage,
      this.label,
    );
    window.addEventListener('message', (event) => this.#heard(event));
  }

  /** @param {Look} look */
  start(look) {
    this.show(look);
    if (this.#frame) return;
    this.#frame = build('iframe', {
      src: `/widget#${encodeURIComponent(location.origin + location.pathname)}`,
      title: this.words.say('preview'),
    });
    this.stage.prepend(this.#frame);
  }

  /** @param {Look} look */
  show(look) {
    this.#look = COLOUR.test(look.accent)
      ? look
      : { ...look, accent: this.#look?.accent ?? '#1a5fcc' };
    const { accent } = this.#look;
    const ink = contrast('#000000', accent) > contrast('#ffffff', accent) ? '#000000' : '#ffffff';
    this.stage.dataset.position = look.position;
    this.bubble.style.setProperty('--chosen', accent);
    this.bubble.style.setProperty('--chosen-ink', ink);
    setText(this.label, this.words.say('bubbleLabel', { label: look.label || 'Support chat' }));
    this.#tell('set', this.#look);
  }

  /** @param {MessageEvent} event */
  #heard({ origin, source, data }) {
    if (origin !== location.origin || !this.#frame || source !== this.#frame.contentWindow) return;
    const { [NAME]: name, value } = data ?? {};
    if (name === 'ready') {
      this.#isReady = true;
      // An open panel would take the focus from the form.
      this.#tell('start', {
        kept: Object.fromEntries(this.#kept),
        chosen: this.#look,
        open: false,
      });
    } else if (name === 'store') {
      const [key, text] = value;
      if (text === null) this.#kept.delete(key);
      else this.#kept.set(key, text);
    }
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  #tell(name, value) {
    if (this.#isReady)
      this.#frame?.contentWindow?.postMessage({ [NAME]: name, value }, location.origin);
  }
}
