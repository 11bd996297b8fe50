import { build, setText } from '../elements/dom.js';

const DURATION_MS = 10_000;

/** A bar for messages that concern no single conversation. */
export class NoticeBar {
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.text = build('span', { role: 'status' });
    const onclick = () => this.say('');
    const close = { type: 'button', className: 'plain', 'aria-label': words.say('close'), onclick };
    this.element = build('div', { className: 'notice-bar', hidden: true }, this.text);
    this.element.append(build('button', close, '×'));
  }

  /** @param {string} text empty hides the bar */
  say(text) {
    clearTimeout(this.#timer);
    this.element.hidden = text === '';
    setText(this.text, text);
    if (text) this.#timer = setTimeout(() => this.say(''), DURATION_MS);
  }

  /**
   * Run an action and show its refusal. Returns true if it succeeded.
   *
   * @param {() => Promise<unknown>} act
   */
  async attempt(act) {
    try {
      await act();
      return true;
    } catch (error) {
      this.say(/** @type {Error} */ (error).message);
      return false;
    }
  }
}
