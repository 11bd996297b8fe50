import { build, setText } from '../elements/dom.js';
import { found } from '../lib/masking.js';
import { loadStylesheet } from './load-stylesheet.js';

/** @typedef {import('../elements/message-composer.js').MessageComposer} MessageComposer */

await loadStylesheet('./masking-hint.css');

/**
 * Warns before a password, token or card number is sent: the message returns to the composer
 * masked, and one tap sends it unmasked if the operator allows that.
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
    // Editing the masked text makes it another message.
    composer.addEventListener('draft', () => this.close());
  }

  /**
   * True if a text can be sent as it is; otherwise it is back in the composer, masked.
   *
   * @param {string} text
   * @param {{kinds: string[], undo: boolean}} rules of the welcome
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
