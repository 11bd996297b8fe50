import { build } from '../elements/build.js';
import { setText } from '../elements/rows.js';

/** @typedef {import('./widget-form.js').Look} Look */

const NAME = 'chatserver';
const COLOUR = /^#[0-9a-f]{6}$/;

/**
 * The real panel and a bubble, as a host page would show them. It plays the host page's part in
 * the conversation with the panel, and keeps what the panel stores for as long as this page lasts.
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
    this.#look = COLOUR.test(look.accent) ? look : { ...look, accent: this.#look?.accent ?? '#1a5fcc' };
    this.stage.dataset.position = look.position;
    this.bubble.style.setProperty('--chosen', this.#look.accent);
    this.bubble.style.setProperty('--chosen-ink', ink(this.#look.accent));
    setText(this.label, this.words.say('bubbleLabel', { label: look.label || 'Support chat' }));
    this.#tell('set', this.#look);
  }

  /** @param {MessageEvent} event */
  #heard({ origin, source, data }) {
    if (origin !== location.origin || !this.#frame || source !== this.#frame.contentWindow) return;
    const { [NAME]: name, value } = data ?? {};
    if (name === 'ready') {
      this.#isReady = true;
      // An open panel would take the focus away from who is choosing.
      this.#tell('start', { kept: Object.fromEntries(this.#kept), chosen: this.#look, open: false });
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
    if (this.#isReady) this.#frame?.contentWindow?.postMessage({ [NAME]: name, value }, location.origin);
  }
}

/**
 * Black or white, whichever stands out more on a colour (WCAG 2.2, relative luminance).
 *
 * @param {string} colour #rrggbb
 */
function ink(colour) {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
  return 0.21 * red + 0.72 * green + 0.07 * blue > 0.18 ? '#000000' : '#ffffff';
}
