import { build, setText } from '../../elements/dom.js';

/** @typedef {import('../../lib/types.js').ChatEvent} ChatEvent */

/** The messages of a solved conversation, beside the current one; answers can be quoted into it. */
export class SolvedReader {
  #turn = 0;

  /**
   * @param {object} needs
   * @param {import('../../lib/i18n.js').Words} needs.words
   * @param {import('../../lib/technician-session.js').TechnicianSession} needs.session
   * @param {() => void} needs.leave
   * @param {(text: string) => void} needs.quote writes a text into the current conversation
   */
  constructor({ words, session, leave, quote }) {
    this.words = words;
    this.session = session;
    this.quote = quote;
    const back = { type: 'button', className: 'plain', onclick: leave };
    this.title = build('h2', { dir: 'auto', tabIndex: -1 });
    this.told = build('p', { className: 'soft', role: 'status' });
    this.list = build('ol', { className: 'said' });
    this.section = build(
      'section',
      { className: 'reader', hidden: true, onkeydown: escaping(leave) },
      build('button', back, words.say('backToCustomer')),
      this.title,
      this.told,
      this.list,
    );
  }

  /**
   * @param {string} conversation
   * @param {string} title
   * @returns {Promise<void>} rejects with Refusal for what is not theirs to read
   */
  async open(conversation, title) {
    this.#turn += 1;
    const turn = this.#turn;
    const { words, session } = this;
    const { events, more } = await session.request('solved', { conversation });
    if (turn !== this.#turn) return;
    setText(this.title, title);
    setText(this.told, more ? words.say('solvedMore') : '');
    this.list.replaceChildren(
      ...events.map((/** @type {ChatEvent} */ event) => this.#message(event)),
    );
    this.section.hidden = false;
    this.title.focus();
  }

  close() {
    this.#turn += 1;
    this.section.hidden = true;
  }

  /** @param {ChatEvent} event */
  #message(event) {
    const { words } = this;
    const { author, text, attachment } = event;
    const said = text ?? attachment?.name ?? '';
    const isAnswer = author.role === 'technician' && Boolean(text);
    const quote = { type: 'button', onclick: () => this.quote(said) };
    return build(
      'li',
      { className: author.role },
      build('p', { className: 'soft', dir: 'auto' }, author.name || words.say(author.role)),
      build('p', { className: 'words', dir: 'auto' }, said),
      isAnswer && build('button', quote, words.say('quote')),
    );
  }
}

/** @param {() => void} leave */
function escaping(leave) {
  return (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== 'Escape' || event.defaultPrevented) return;
    event.preventDefault();
    leave();
  };
}
