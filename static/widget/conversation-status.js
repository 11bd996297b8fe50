import { build, setText } from '../elements/dom.js';
import { moment } from '../lib/moment.js';
import { waitingTime } from './wait-estimate.js';

/** @typedef {import('./views.js').FetchPart} FetchPart */
/** @typedef {import('../lib/session.js').Conversation} Conversation */

/** The state of the conversation: the place in the queue, the technician, or that it has ended. */
export class ConversationStatus {
  #id = '';
  /** @type {import('./reserved-place.js').ReservedPlace|null} loaded when the customer waits */
  #reservedPlace = null;

  /**
   * @param {object} needs
   * @param {import('../lib/i18n.js').Words} needs.words
   * @param {import('../lib/session.js').Session} needs.session
   * @param {FetchPart} needs.fetchPart
   * @param {() => void} needs.focus gives the focus back to the conversation
   */
  constructor({ words, session, fetchPart, focus }) {
    this.words = words;
    this.session = session;
    this.fetchPart = fetchPart;
    this.focus = focus;
    this.status = build('p', { role: 'status', className: 'status' });
    this.hint = build('p', { className: 'soft' });
    this.leave = build(
      'button',
      { type: 'button', onclick: () => this.#leave() },
      this.words.say('leaveInstead'),
    );
    this.reference = build('p', { className: 'soft reference' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.element = build(
      'div',
      { className: 'progress' },
      this.status,
      this.hint,
      this.leave,
      this.reference,
      this.problem,
    );
  }

  /** @param {string} id */
  enter(id) {
    this.#id = id;
    setText(this.problem, '');
  }

  /** @param {Conversation} conversation */
  update(conversation) {
    const { summary } = conversation;
    setText(this.status, this.#status(conversation));
    // With a technician their name is in the header, and this line is only for screen readers.
    const isActive = summary.status === 'active';
    this.element.dataset.status = summary.status;
    this.status.classList.toggle('hidden-label', isActive);
    this.reference.hidden = isActive;
    setText(this.hint, this.#hint(conversation));
    this.hint.hidden = !this.hint.textContent;
    this.leave.hidden = summary.status !== 'waiting' || summary.reply_by !== null;
    void this.#showKeepPlace(conversation);
    const { reference } = summary;
    setText(this.reference, reference && this.words.say('reference', { reference }));
  }

  /** @param {Conversation} conversation */
  async #showKeepPlace(conversation) {
    const { status, reply_by: replyBy } = conversation.summary;
    const waitsLive = status === 'waiting' && replyBy === null;
    if (waitsLive && !this.#reservedPlace) {
      const found = await this.fetchPart(() => import('./reserved-place.js'));
      if (!found || this.#reservedPlace) return;
      this.#reservedPlace = new found.ReservedPlace(this);
      this.leave.before(this.#reservedPlace.element);
      // The conversation may have been assigned while the module was loading.
      return this.update(conversation);
    }
    if (!this.#reservedPlace) return;
    this.#reservedPlace.element.hidden = !waitsLive;
    if (waitsLive) this.#reservedPlace.update(conversation);
  }

  /** @param {Conversation} conversation */
  #status({ summary, place }) {
    const { words } = this;
    if (summary.status === 'closed') return words.say('ended');
    const name = summary.technician?.name || words.say('technician');
    if (summary.status === 'active') return words.say('with', { name });
    if (summary.reply_by) return words.say('messageKept');
    const { available, available_topics: free, wasAvailable } = this.session.welcome;
    const isFree = summary.topic ? free?.includes(summary.topic) : available;
    // While a technician is free, the customer is about to be given or offered to one.
    if (!place || isFree) return words.say('waitingSoon');
    const key = wasAvailable && !summary.requeued ? 'waitingAfterAll' : 'waiting';
    return words.say(key, { position: place.position });
  }

  /** @param {Conversation} conversation */
  #hint({ summary, place }) {
    if (summary.status === 'active' && summary.reply_by)
      return this.#promise('answeredBy', summary.reply_by);
    if (summary.status !== 'waiting') return '';
    const { words } = this;
    const { welcome } = this.session;
    const { staffed, promises } = welcome;
    const replyBy = promises?.[summary.topic ?? ''] ?? welcome.reply_by;
    if (summary.reply_by) return this.#promise('answeredBy', summary.reply_by);
    if (!staffed && replyBy) return this.#promise('nobodyNow', replyBy);
    if (summary.place_until) return '';
    const { between } = place ?? {};
    const wait = between && words.say('wait', { time: waitingTime(between, words.locale) });
    return [wait, words.say('stayOrGo')].filter(Boolean).join(' ');
  }

  /**
   * @param {string} key
   * @param {number} by
   */
  #promise(key, by) {
    return this.words.say(key, { time: moment(by, this.words.locale) });
  }

  async #leave() {
    setText(this.problem, '');
    this.leave.disabled = true;
    try {
      await this.session.request('leave', { conversation: this.#id });
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
    this.leave.disabled = false;
    this.focus();
  }
}
