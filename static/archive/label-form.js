import { build } from '../elements/dom.js';
import { isComposing } from '../lib/typing-keys.js';

const MAX_TITLE_LENGTH = 120;

/** The form for title and tags of a conversation, hidden until it is opened. */
export class LabelForm {
  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {(label: {title: string, tags: string[]}) => void} save
   */
  constructor(words, save) {
    this.title = build('input', { maxLength: MAX_TITLE_LENGTH, autocomplete: 'off' });
    this.tags = build('input', { autocomplete: 'off' });
    this.element = build(
      'form',
      {
        className: 'label',
        hidden: true,
        onsubmit: (/** @type {Event} */ event) => {
          event.preventDefault();
          save({ title: this.title.value, tags: this.tags.value.split(',') });
        },
        onkeydown: (/** @type {KeyboardEvent} */ event) =>
          event.key === 'Escape' && !isComposing(event) && this.close(true),
      },
      build('label', {}, words.say('titleOf'), this.title),
      build('label', {}, words.say('tagsOf'), this.tags),
      build(
        'div',
        { className: 'actions' },
        build('button', { className: 'primary' }, words.say('save')),
        build('button', { type: 'button', onclick: () => this.close(true) }, words.say('cancel')),
      ),
    );
    /** @type {Element|null} */
    this.opener = null;
  }

  /**
   * @param {string} title
   * @param {string[]} tags
   */
  open(title, tags) {
    this.opener = document.activeElement;
    this.title.value = title;
    this.tags.value = tags.join(', ');
    this.element.hidden = false;
    this.title.focus();
  }

  /** @param {boolean} [back] return the focus to the opening button */
  close(back = false) {
    this.element.hidden = true;
    if (back && this.opener instanceof HTMLElement) this.opener.focus();
  }
}
