import { build, setText } from '../elements/dom.js';
import { found } from '../lib/masking.js';
import { loadStylesheet } from './load-stylesheet.js';

/** @typedef {import('./panel.js').Panel} Panel */
/** @typedef {import('../elements/message-composer.js').MessageComposer} MessageComposer */

await loadStylesheet('./masking-hint.css');

/**
 * Before something is sent that nobody should write into a chat: it is hidden where it was written,
 * and one tap sends it as it was, where the operator allows that.
 */
export class MaskingHint {
  #written = '';

  /**
   * @param {Panel} panel
   * @param {MessageComposer} composer
   * @param {(text: string) => void} send what was written, as it was
   */
  constructor(panel, composer, send) {
    this.panel = panel;
    this.composer = composer;
    this.told = build('p');
    const onclick = () => {
      this.close();
      composer.value = '';
      composer.dispatchEvent(new CustomEvent('draft', { detail: '' }));
      send(this.#written);
      composer.focus();
    };
    this.anyway = build('button', { type: 'button', onclick }, panel.words.say('showAnyway'));
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
   */
  passes(text) {
    const { kinds: hidden, undo } = this.panel.session.welcome.mask;
    const { masked, kinds } = found(text, hidden);
    this.close();
    if (masked === text) return true;
    const { composer, panel } = this;
    this.#written = text;
    composer.value = masked;
    composer.dispatchEvent(new CustomEvent('draft', { detail: masked }));
    setText(this.told, kinds.map((kind) => panel.words.say(`hidden.${kind}`)).join(' '));
    this.anyway.hidden = !undo;
    this.element.hidden = false;
    return false;
  }

  close() {
    this.element.hidden = true;
  }
}
