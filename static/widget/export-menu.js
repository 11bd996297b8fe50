import { build, setText } from '../elements/dom.js';
import { FORMATS, formatName } from '../elements/transcript-formats.js';
import { loadStylesheet } from './load-stylesheet.js';
import { copy, download } from './transcript.js';

/** @typedef {import('../lib/i18n.js').Words} Words */
/** @typedef {import('../lib/session.js').Session} Session */

await loadStylesheet('./export-menu.css');

/** Buttons to copy, download or e-mail the transcript of a conversation. */
export class ExportMenu {
  /** @type {Awaited<ReturnType<typeof import('./transcript-mail.js').mailForm>>|undefined} */
  #form;

  #conversation = '';

  /**
   * @param {Words} words
   * @param {Session} session
   */
  constructor(words, session) {
    this.words = words;
    this.session = session;
    this.said = build('p', { className: 'soft', role: 'status' });
    const copies = {
      type: 'button',
      className: 'small copy',
      onclick: () => this.#do(copy, 'conversationCopied', 'conversationNotCopied'),
    };
    const mails = {
      type: 'button',
      className: 'small mail',
      hidden: true,
      onclick: () => this.#openMail(),
    };
    this.mail = build('button', mails, words.say('mailConversation'));
    this.element = build(
      'div',
      { className: 'export-menu', role: 'group', 'aria-label': words.say('takeAlong') },
      build(
        'div',
        { className: 'row' },
        build('span', {}, words.say('downloadAs')),
        ...FORMATS.map((format) =>
          build(
            'button',
            { type: 'button', className: 'small', onclick: () => this.#download(format) },
            formatName(words, format),
          ),
        ),
        build('button', copies, words.say('copyConversation')),
        this.mail,
      ),
      this.said,
    );
  }

  /** Reset the buttons for a conversation. @param {string} conversation */
  enter(conversation) {
    this.#conversation = conversation;
    setText(this.said, '');
    this.mail.hidden = !this.session.welcome.mail?.available;
    this.#form?.close();
  }

  async #openMail() {
    try {
      const { mailForm } = await import('./transcript-mail.js');
      this.#form ??= await mailForm(this.session, this.words.language);
      this.said.before(this.#form.element);
      this.#form.open(this.#conversation);
    } catch {
      setText(this.said, this.words.say('unreachable'));
    }
  }

  /** @param {string} format */
  #download(format) {
    const save = (/** @type {Session} */ session, /** @type {string} */ id) =>
      download(session, id, format);
    return this.#do(save, 'downloaded', 'downloadFailed');
  }

  /**
   * @param {(session: Session, conversation: string) => Promise<void>} take
   * @param {string} done
   * @param {string} failed
   */
  async #do(take, done, failed) {
    setText(this.said, '');
    try {
      await take(this.session, this.#conversation);
      setText(this.said, this.words.say(done));
    } catch {
      setText(this.said, this.words.say(failed));
    }
  }
}
