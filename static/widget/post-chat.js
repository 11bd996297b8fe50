import { build, setText } from '../elements/dom.js';

/** @typedef {import('../lib/session.js').Conversation} Conversation */

const SCORES = [1, 2, 3, 4, 5];

/** Shown after the end: a rating, a copy to save, a new conversation, and the rest of the menu. */
export class PostChat {
  #id = '';
  #score = 0;

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/session.js').Session} needs.session
   * @param {() => void} needs.another leads to the next question
   * @param {() => void} needs.reopened called when the conversation goes on
   * @param {(page?: 'save') => void} needs.openMenu opens the menu, or one page of it
   */
  constructor({ words, session, another, reopened, openMenu }) {
    this.words = words;
    this.session = session;
    this.reopened = reopened;
    this.goOn = this.#button('reopen', () => this.#reopen());
    this.stars = SCORES.map((score) => this.#star(score));
    this.question = build(
      'div',
      { className: 'row stars', role: 'group', 'aria-label': words.say('howWasIt') },
      build('span', { className: 'asked' }, words.say('howWasIt')),
      ...this.stars,
    );
    this.thanks = build('p', { role: 'status', className: 'thanks' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.comment = build('textarea', { rows: 2 });
    this.form = build(
      'form',
      { onsubmit: (/** @type {Event} */ event) => this.#comment(event) },
      build('label', {}, words.say('comment'), this.comment),
      build('button', {}, words.say('sendRating')),
    );
    this.element = build(
      'div',
      { className: 'ended', hidden: true },
      this.question,
      this.thanks,
      this.form,
      this.problem,
      build(
        'div',
        { className: 'row next' },
        this.#button('saveCopy', () => openMenu('save')),
        this.goOn,
        this.#button('another', another),
        this.#button('more', () => openMenu()),
      ),
    );
  }

  /** @param {string} id */
  enter(id) {
    this.#id = id;
    this.#score = 0;
    this.comment.value = '';
    this.form.hidden = true;
    for (const text of [this.thanks, this.problem]) setText(text, '');
  }

  /** @param {Conversation} conversation */
  update({ summary, log }) {
    this.element.hidden = summary.status !== 'closed';
    const rating = log.events.findLast(({ kind }) => kind === 'rated');
    if (rating) this.#rated(rating.score ?? 0);
    // No rating without a technician, after a rating on an earlier page, or after the conversation
    // was deleted.
    const isErased = log.events.some(({ kind }) => kind === 'redacted');
    const isAsked = summary.technician !== null && (!rating || this.#score > 0) && !isErased;
    if (isErased) this.form.hidden = true;
    const { reopen = 0 } = this.session.welcome;
    this.goOn.hidden = isErased || (summary.closed_at ?? 0) + reopen <= Date.now();
    this.question.hidden = !isAsked;
  }

  /** @param {number} score */
  #rated(score) {
    setText(this.thanks, this.words.say('thanks'));
    this.stars.forEach((star, index) => star.setAttribute('aria-pressed', `${index < score}`));
  }

  /** @param {string} key @param {() => void} onclick */
  #button(key, onclick) {
    return build('button', { type: 'button', className: key, onclick }, this.words.say(key));
  }

  /** @param {number} score */
  #star(score) {
    return build(
      'button',
      {
        type: 'button',
        'aria-label': this.words.say('score', { score }),
        'aria-pressed': 'false',
        onclick: () => this.#rate(score),
      },
      '★',
    );
  }

  /** @param {number} score */
  async #rate(score) {
    this.#score = score;
    if (!(await this.#ask('rate', { score }))) return;
    this.#rated(score);
    this.form.hidden = false;
  }

  /** @param {Event} event */
  async #comment(event) {
    event.preventDefault();
    const comment = this.comment.value.trim();
    if (!comment || (await this.#ask('rate', { score: this.#score, comment })))
      this.form.hidden = true;
  }

  /** Continue the conversation: live, or as a left message where nobody is at work. */
  async #reopen() {
    const written = !this.session.welcome.staffed;
    this.goOn.disabled = true;
    if (await this.#ask('reopen', { written })) this.reopened();
    this.goOn.disabled = false;
  }

  /**
   * @param {string} type
   * @param {Record<string, unknown>} fields
   */
  async #ask(type, fields) {
    setText(this.problem, '');
    try {
      await this.session.request(type, { conversation: this.#id, ...fields });
      return true;
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
      return false;
    }
  }
}
