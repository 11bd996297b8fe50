import { build, setText } from '../elements/dom.js';
import { loadStylesheet } from './load-stylesheet.js';
import { copy, download, FORMATS } from './transcript.js';

/** @typedef {import('./panel.js').Panel} Panel */

await loadStylesheet('./export-menu.css');

/** The ways to take a conversation along: on the clipboard, and as a file in a form of choice. */
export class ExportMenu {
  /** @type {import('../archive/mail-form.js').MailForm|undefined} */
  #form;

  /** @param {Panel} panel */
  constructor(panel) {
    this.panel = panel;
    const { words } = panel;
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
            words.say(`format.${format}`),
          ),
        ),
        build('button', copies, words.say('copyConversation')),
        this.mail,
      ),
      this.said,
    );
  }

  /** Nothing has been done yet. */
  enter() {
    setText(this.said, '');
    this.mail.hidden = !this.panel.session.welcome.mail?.available;
    this.#form?.close();
  }

  async #openMail() {
    try {
      const { mailForm } = await import('./transcript-mail.js');
      this.#form ??= await mailForm(this.panel);
      this.said.before(this.#form.element);
      this.#form.open(this.panel.views.current ?? '');
    } catch {
      setText(this.said, this.panel.words.say('unreachable'));
    }
  }

  /** @param {typeof FORMATS[number]} format */
  #download(format) {
    const save = (/** @type {Panel} */ panel, /** @type {string} */ id) =>
      download(panel, id, format);
    return this.#do(save, 'downloaded', 'downloadFailed');
  }

  /**
   * @param {(panel: Panel, conversation: string) => Promise<void>} take
   * @param {string} done
   * @param {string} failed
   */
  async #do(take, done, failed) {
    const { panel } = this;
    setText(this.said, '');
    try {
      await take(panel, panel.views.current ?? '');
      setText(this.said, panel.words.say(done));
    } catch {
      setText(this.said, panel.words.say(failed));
    }
  }
}
