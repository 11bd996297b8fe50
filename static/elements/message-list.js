import { build, setText } from './dom.js';
import { KeyedList } from './keyed-list.js';
import { MessageLog } from './message-log.js';
import { outgoingLine } from './outgoing-line.js';
import { prefetchElements } from './prefetch.js';

/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */
/** @typedef {import('../lib/types.js').OutgoingMessage} OutgoingMessage */
/** @typedef {import('../lib/types.js').View} View */

const NEAR_END_PX = 60;

/**
 * The events of a conversation, grouped by author and day. The list stays scrolled to the end
 * unless its reader has scrolled away. It dispatches `retry` and `discard` (the id of a message) and
 * `earlier`.
 */
export class MessageList extends HTMLElement {
  #lines = new MessageLog();
  #outgoing = build('div', { className: 'outgoing' });
  #typing = build('p', { className: 'typing soft', 'aria-live': 'polite' });
  #said = build('p', { className: 'hidden-label', role: 'status' });
  #earlier = build('button', {
    type: 'button',
    className: 'plain earlier',
    hidden: true,
    onclick: () => this.#fetchEarlier(),
  });
  #jump = build('button', {
    type: 'button',
    className: 'jump',
    hidden: true,
    onclick: () => this.#jumpToEnd(),
  });
  /** @type {KeyedList<OutgoingMessage>|null} */
  #rows = null;
  #following = true;
  #size = '';
  #first = 0;
  #sending = 0;
  /** @type {number|undefined} the last read seq when the list was opened */
  #seen;
  #openedAt = Date.now();
  #missed = 0;

  connectedCallback() {
    if (this.firstChild) return;
    this.tabIndex = 0;
    this.append(
      this.#earlier,
      this.#lines.element,
      this.#outgoing,
      this.#typing,
      this.#jump,
      this.#said,
    );
    this.addEventListener('scroll', () => this.#scrolled());
    this.addEventListener('said', (event) => setText(this.#said, detail(event)));
    for (const name of ['retry', 'discard'])
      this.addEventListener(name, (event) => this.#decided(event));
    const sizes = new ResizeObserver(() => {
      this.#size = this.#sizeNow;
      this.#stay();
    });
    for (const part of [this, this.#lines.element, this.#outgoing]) sizes.observe(part);
    prefetchElements();
  }

  /** @param {View} view */
  show(view) {
    const { words } = view;
    const toEnd = this.scrollHeight - this.scrollTop;
    this.#showEarlier(view);
    this.#lines.element.setAttribute('aria-label', words.say('messages'));
    // What comes now is either older, and then the log is busy by itself, or to be announced.
    this.#lines.isBusy = false;
    const added = this.#lines.show(view);
    this.#showOutgoing(view);
    this.#showTyping(view);
    this.#markNews(view, added);
    const first = view.events[0]?.seq ?? 0;
    // Earlier events were put above: keep the rows in sight where they are.
    if (first < this.#first && !this.#following) this.scrollTop = this.scrollHeight - toEnd;
    this.#first = first;
    this.#stay();
    this.#showJump(view);
  }

  /** Scroll to a distance from the end, instead of to the end. @param {number} toEnd px */
  returnTo(toEnd) {
    this.#following = false;
    this.scrollTop = this.scrollHeight - this.clientHeight - toEnd;
    this.#offerJump();
  }

  /** @param {View} view */
  #showEarlier({ words, hasEarlier }) {
    if (!hasEarlier && document.activeElement === this.#earlier) this.focus();
    this.#earlier.hidden = !hasEarlier;
    setText(this.#earlier, words.say('earlier'));
  }

  /** @param {View} view */
  #showOutgoing(view) {
    const { outgoing } = view;
    const make = (/** @type {OutgoingMessage} */ message) => outgoingLine(view, message);
    this.#rows ??= new KeyedList(this.#outgoing, make, build('span', { hidden: true }));
    this.#rows.show(new Map(outgoing.map((message) => [message.id, message])));
    // The author of a new message wants to see it.
    if (outgoing.length > this.#sending) this.#following = true;
    this.#sending = outgoing.length;
  }

  /** @param {View} view */
  #showTyping({ words, typing }) {
    const text = typing === null ? '' : words.say('typing', { name: typing });
    if (this.#typing.textContent === text) return;
    const dots = [1, 2, 3].map(() => build('i'));
    const sign = build('span', { className: 'dots', 'aria-hidden': 'true' }, ...dots);
    this.#typing.replaceChildren(...(text ? [text, sign] : []));
  }

  /**
   * Mark the first unread event: one that arrived before the list was opened, or while its end was
   * out of sight.
   *
   * @param {View} view
   * @param {ChatEvent[]} added
   */
  #markNews(view, added) {
    const isFromOthers = (/** @type {ChatEvent} */ { kind, author }) =>
      kind === 'message' && author.role !== view.side;
    const news = added.filter(isFromOthers);
    this.#seen ??= view.seen ?? Infinity;
    const seen = this.#seen;
    const old = news.find(({ at, seq }) => at < this.#openedAt && seq > seen);
    if (old && !this.#lines.isDivided) this.#lines.divide(view, old.seq);
    if (added.some(({ kind, author }) => kind === 'message' && author.role === view.side))
      this.#lines.unite();
    if (this.#isWatched) this.#missed = 0;
    else
      this.#miss(
        view,
        news.filter(({ at }) => at >= this.#openedAt),
      );
  }

  /**
   * @param {View} view
   * @param {ChatEvent[]} news
   */
  #miss(view, news) {
    const [first] = news;
    if (first && !this.#missed) this.#lines.divide(view, first.seq);
    this.#missed += news.length;
  }

  /** In a hidden frame all sizes are 0. */
  get #isWatched() {
    return this.#following && !document.hidden && this.clientHeight > 0;
  }

  /** @param {View} view */
  #showJump({ words }) {
    const count = this.#missed;
    setText(this.#jump, count ? words.say('newCount', { count }) : words.say('toNewest'));
    this.#offerJump();
  }

  #offerJump() {
    // A keyboard user goes on reading in the list.
    if (this.#following && document.activeElement === this.#jump) this.focus();
    this.#jump.hidden = this.#following;
  }

  #fetchEarlier() {
    this.#lines.isBusy = true;
    this.dispatchEvent(new CustomEvent('earlier'));
  }

  #jumpToEnd() {
    this.#following = true;
    this.#missed = 0;
    this.#stay();
    this.#offerJump();
  }

  get #sizeNow() {
    return `${this.clientWidth}x${this.clientHeight}`;
  }

  /** Only the reader scrolls away; when the window is resized the browser scrolls. */
  #scrolled() {
    if (this.#size !== this.#sizeNow) return;
    this.#following = this.scrollHeight - this.scrollTop - this.clientHeight < NEAR_END_PX;
    if (this.#following) this.#missed = 0;
    this.#offerJump();
  }

  #stay() {
    if (this.#following) this.scrollTop = this.scrollHeight;
  }

  /**
   * Keep the focus in the list when the button of a message disappears after it was pressed.
   *
   * @param {Event} event
   */
  #decided(event) {
    if (event.target === this) return;
    event.stopPropagation();
    this.focus();
    this.dispatchEvent(new CustomEvent(event.type, { detail: detail(event) }));
  }
}

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}

customElements.define('message-list', MessageList);
