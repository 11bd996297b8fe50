import { build, setText } from '../elements/dom.js';
import { found } from '../lib/masking.js';
import { loadStylesheet } from './load-stylesheet.js';

/** @typedef {import('../elements/message-composer.js').MessageComposer} MessageComposer */

await loadStylesheet('./masking-hint.css');

/**
 * Before something is sent that nobody should write into a chat: it is hidden where it was written,
 * and one tap sends it as it was, where the operator allows that.
 */
export class MaskingHint {
  #written = '';

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {MessageComposer} composer
   * @param {(text: string) => void} send what was written, as it was
   */
  constructor(words, composer, send) {
    this.words = words;
    this.composer = composer;
    this.told = build('p');
    const onclick = () => {
      this.close();
      composer.value = '';
      composer.dispatchEvent(new CustomEvent('draft', { detail: '' }));
      send(this.#written);
      composer.focus();
    };
    this.anyway = build('button', { type: 'button', onclick }, words.say('showAnyway'));
    this.element = build(
      'div',
      { className: 'masking-hint', role: 'alert', hidden: true },
      this.told,
      this.anyway,
    );
    // Who changes what is hidden writes something else.
    composer.addEventListener('draft', () => this.close());
  }

  /**
   * Whether a text may be sent as it is; one that may not is back in the composer, hidden.
   *
   * @param {string} text
   * @param {{kinds: string[], undo: boolean}} rules as the server tells them
   */
  passes(text, { kinds: hidden, undo }) {
    const { masked, kinds } = found(text, hidden);
    this.close();
    if (masked === text) return true;
    const { composer, words } = this;
    this.#written = text;
    composer.value = masked;
    composer.dispatchEvent(new CustomEvent('draft', { detail: masked }));
    setText(this.told, kinds.map((kind) => words.say(`hidden.${kind}`)).join(' '));
    this.anyway.hidden = !undo;
    this.element.hidden = false;
    return false;
  }

  close() {
    this.element.hidden = true;
  }
}
