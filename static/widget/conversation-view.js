import { build } from '../elements/build.js';
import { MessageComposer } from '../elements/message-composer.js';
import { MessageList } from '../elements/message-list.js';
import { setText } from '../elements/rows.js';
import { minutes, moment } from '../lib/format.js';
import { Ending } from './ending.js';

/** @typedef {import('./widget.js').WidgetPanel} WidgetPanel */
/** @typedef {import('../lib/session.js').Conversation} Conversation */

/** One conversation: waiting, talking, or ended. */
export class ConversationView {
  id = '';
  #isSure = false;

  /** @param {WidgetPanel} panel */
  constructor(panel) {
    this.panel = panel;
    this.words = panel.words;
    this.status = build('p', { role: 'status' });
    this.end = build('button', { type: 'button', onclick: () => this.#end() });
    this.hint = build('p', { className: 'soft' });
    this.reference = build('p', { className: 'soft reference' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.banner = build(
      'div',
      { className: 'banner' },
      build('div', { className: 'row' }, this.status, this.end),
      this.hint,
      this.reference,
      this.problem,
    );
    this.list = new MessageList();
    this.composer = this.#makeComposer();
    this.ending = new Ending(panel);
  }

  /**
   * @param {HTMLElement} view
   * @param {string} id
   */
  enter(view, id) {
    this.id = id;
    this.#isSure = false;
    setText(this.problem, '');
    this.ending.enter(id);
    // The lines of another conversation must not be taken for this one's.
    this.list = this.#makeList();
    view.append(this.banner, this.list, build('div', {}, this.composer, this.ending.element));
    this.composer.value = this.panel.storage.getItem(this.#draftKey) ?? '';
    const conversation = this.#conversation;
    if (conversation && !conversation.log.events.length && conversation.summary.seq)
      this.panel.session.loadEarlier(id).catch(() => undefined);
  }

  focus() {
    if (this.#conversation?.summary.status === 'closed') this.list.focus();
    else this.composer.focus();
  }

  update() {
    const conversation = this.#conversation;
    if (!conversation) return;
    const ended = conversation.summary.status === 'closed';
    setText(this.status, this.#status(conversation));
    setText(this.hint, this.#hint(conversation));
    this.hint.hidden = !this.hint.textContent;
    const { reference } = conversation.summary;
    setText(this.reference, reference && this.words.say('reference', { reference }));
    this.end.hidden = ended;
    setText(this.end, this.words.say(this.#isSure ? 'endSure' : 'end'));
    this.#showList(conversation);
    this.composer.hidden = ended;
    const { words } = this;
    this.composer.show(
      { label: words.say('write'), send: words.say('send'), tooLong: words.say('tooLong') },
      !ended,
    );
    this.ending.update(conversation);
  }

  /** @param {Conversation} conversation */
  #showList({ log, summary, typing }) {
    const isTyping = typing && typing.until > Date.now();
    this.list.show({
      events: log.events,
      drafts: this.panel.session.drafts(this.id),
      side: 'customer',
      readBy: summary.read.technician,
      typing: isTyping ? typing.name || this.words.say('technician') : null,
      hasEarlier: log.hasEarlier,
      words: this.words,
    });
  }

  #makeList() {
    const { session } = this.panel;
    const list = new MessageList();
    list.addEventListener('retry', (event) => session.retry(detail(event)));
    list.addEventListener('earlier', () => session.loadEarlier(this.id).catch(() => undefined));
    return list;
  }

  #makeComposer() {
    const { session, storage } = this.panel;
    const composer = new MessageComposer();
    composer.addEventListener('send', (event) => session.send(this.id, detail(event)));
    composer.addEventListener('typing', (event) =>
      session.connection.signal('typing', { conversation: this.id, on: detail(event) }),
    );
    composer.addEventListener('draft', (event) => {
      if (detail(event)) storage.setItem(this.#draftKey, detail(event));
      else storage.removeItem(this.#draftKey);
    });
    return composer;
  }

  /** @returns {Conversation|undefined} */
  get #conversation() {
    return this.panel.session.conversations.get(this.id);
  }

  get #draftKey() {
    return `chatserver.draft.${this.id}`;
  }

  /** @param {Conversation} conversation */
  #status({ summary, place }) {
    const { words } = this;
    if (summary.status === 'closed') return words.say('ended');
    const name = summary.technician?.name || words.say('technician');
    if (summary.status === 'active') return words.say('with', { name });
    return place ? words.say('waiting', { position: place.position }) : words.say('waitingSoon');
  }

  /** @param {Conversation} conversation */
  #hint({ summary, place }) {
    if (summary.status !== 'waiting') return '';
    const { words, panel } = this;
    const { available, reply_by: replyBy } = panel.session.welcome;
    const promise =
      available || !replyBy
        ? place?.wait && words.say('wait', { count: minutes(place.wait) })
        : words.say('answeredBy', { time: moment(replyBy, words.language) });
    return [promise, words.say('stayOrGo')].filter(Boolean).join(' ');
  }

  async #end() {
    if (!this.#isSure) {
      this.#isSure = true;
      return this.update();
    }
    setText(this.problem, '');
    try {
      await this.panel.session.request('close', { conversation: this.id });
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
  }
}

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
