import { build, setText } from '../elements/dom.js';
import { ExportMenu } from './export-menu.js';
import { RetentionNotice } from './retention-notice.js';

/** @typedef {import('../lib/session.js').Conversation} Conversation */

const SCORES = [1, 2, 3, 4, 5];

/** Shown after the end: a rating, the export of the transcript, and a new conversation. */
export class PostChat {
  #id = '';
  #score = 0;

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/session.js').Session} needs.session
   * @param {() => void} needs.another leads to the next question
   * @param {() => void} needs.focus gives the focus back to the conversation
   */
  constructor({ words, session, another, focus }) {
    this.words = words;
    this.session = session;
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
    this.reference = build('p', { className: 'soft' });
    this.exportMenu = new ExportMenu(words, session);
    this.retention = new RetentionNotice({ words, session, onerased: focus });
    this.element = build(
      'div',
      { className: 'ended', hidden: true },
      this.question,
      this.thanks,
      this.form,
      this.problem,
      this.reference,
      this.exportMenu.element,
      this.retention.element,
      build(
        'button',
        { type: 'button', className: 'primary', onclick: another },
        words.say('another'),
      ),
    );
  }

  /** @param {string} id */
  enter(id) {
    this.#id = id;
    this.#score = 0;
    this.comment.value = '';
    this.form.hidden = true;
    this.exportMenu.enter(id);
    this.retention.enter(id);
    for (const text of [this.thanks, this.problem]) setText(text, '');
  }

  /** @param {Conversation} conversation */
  update({ summary, log }) {
    this.element.hidden = summary.status !== 'closed';
    const { reference } = summary;
    setText(this.reference, this.words.say('keepReference', { reference }));
    const rating = log.events.findLast(({ kind }) => kind === 'rated');
    if (rating) this.#rated(rating.score ?? 0);
    this.retention.update();
    // No rating without a technician, after a rating on an earlier page, or after the conversation
    // was deleted.
    const isErased = this.retention.element.hidden;
    const isAsked = summary.technician !== null && (!rating || this.#score > 0) && !isErased;
    if (isErased) this.form.hidden = true;
    this.question.hidden = !isAsked;
  }

  /** @param {number} score */
  #rated(score) {
    setText(this.thanks, this.words.say('thanks'));
    this.stars.forEach((star, index) => star.setAttribute('aria-pressed', `${index < score}`));
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
    if (!(await this.#ask({ score }))) return;
    this.#rated(score);
    this.form.hidden = false;
  }

  /** @param {Event} event */
  async #comment(event) {
    event.preventDefault();
    const comment = this.comment.value.trim();
    if (!comment || (await this.#ask({ score: this.#score, comment }))) this.form.hidden = true;
  }

  /** @param {Record<string, unknown>} rating */
  async #ask(rating) {
    setText(this.problem, '');
    try {
      await this.session.request('rate', { conversation: this.#id, ...rating });
      return true;
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
      return false;
    }
  }
}
