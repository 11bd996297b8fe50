import { build, setText } from '../elements/dom.js';
import { FORMATS, formatName } from '../elements/transcript-formats.js';
import { download } from './transcript.js';

const FIRST = 'pdf';

/** The page of the menu that saves the transcript of a conversation in a chosen format. */
export class SaveCopy {
  #conversation = '';

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/session.js').Session} session
   */
  constructor(words, session) {
    this.words = words;
    this.session = session;
    this.format = build(
      'select',
      {},
      ...FORMATS.map((value) => build('option', { value }, formatName(words, value))),
    );
    if (FORMATS.includes(FIRST)) this.format.value = FIRST;
    this.said = build('p', { className: 'soft', role: 'status' });
    this.element = build(
      'form',
      { onsubmit: (/** @type {Event} */ event) => this.#save(event) },
      build('label', {}, words.say('saveAs'), this.format),
      build('button', { className: 'primary' }, words.say('saveFormat')),
      this.said,
    );
  }

  /** @param {string} conversation */
  enter(conversation) {
    this.#conversation = conversation;
    setText(this.said, '');
    this.format.focus();
  }

  /** @param {Event} event */
  async #save(event) {
    event.preventDefault();
    setText(this.said, '');
    try {
      await download(this.session, this.#conversation, this.format.value);
      setText(this.said, this.words.say('downloaded'));
    } catch {
      setText(this.said, this.words.say('downloadFailed'));
    }
  }
}
