import { day } from '../lib/format.js';
import { build, setText } from './dom.js';
import { eventNotice } from './event-notice.js';
import { message, showDelivery } from './message.js';

/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */
/** @typedef {import('../lib/types.js').View} View */

const JOINED_WITHIN = 300_000;
const CHUNK = 60;

/**
 * What happened, line by line. What is new is added at the end or at the beginning and the rest is
 * left alone, so that neither a busy nor a long conversation gets slow: lines are in chunks, and
 * browsers do not lay out the chunks that nobody sees.
 */
export class MessageLog {
  element = build('div', { className: 'lines', role: 'log', 'aria-relevant': 'additions' });
  /** @type {ChatEvent[]} what is shown */
  #ends = [];
  /** @type {{event: ChatEvent, line: HTMLElement}[]} one's own that the other side has not read */
  #unread = [];
  /** @type {{at: number, line: HTMLElement}[]} */
  #days = [];
  #readBy = 0;
  #today = '';
  #divider = build('p', { className: 'divider' });

  /**
   * @param {View} view
   * @returns {ChatEvent[]} what is new at the end
   */
  show(view) {
    const { events } = view;
    if (!this.#continues(events) || this.#wasRedacted(events)) this.#clear();
    const [first, last] = this.#ends;
    const older = first ? events.findIndex(({ seq }) => seq >= first.seq) : 0;
    const newer = last ? events.findLastIndex(({ seq }) => seq <= last.seq) + 1 : 0;
    if (older > 0 && first) this.#prepend(view, events.slice(0, older), first);
    const added = events.slice(newer);
    if (added.length) this.#append(view, added, last);
    const [oldest, newest] = [events[0], events.at(-1)];
    this.#ends = oldest && newest ? [oldest, newest] : [];
    this.#showRead(view);
    this.#showDays(view);
    return added;
  }

  /**
   * Mark where what was not seen begins.
   *
   * @param {View} view
   * @param {number} seq the first that is new
   */
  divide({ words }, seq) {
    const line = this.element.querySelector(`[data-seq="${seq}"]`);
    setText(this.#divider, words.say('newMessages'));
    line?.before(this.#divider);
  }

  get isDivided() {
    return this.#divider.isConnected;
  }

  /** All was seen. */
  unite() {
    this.#divider.remove();
  }

  /** Whether these are those that are shown, and perhaps more. @param {ChatEvent[]} events */
  #continues(events) {
    const [first, last] = this.#ends;
    if (!first || !last) return true;
    const [oldest, newest] = [events[0], events.at(-1)];
    if (!oldest || !newest || oldest.conversation !== first.conversation) return false;
    return oldest.seq <= first.seq && newest.seq >= last.seq;
  }

  /** Whether words that are shown were removed. @param {ChatEvent[]} events */
  #wasRedacted(events) {
    const [, last] = this.#ends;
    if (!last) return false;
    const news = events.slice(events.findLastIndex(({ seq }) => seq <= last.seq) + 1);
    return news.some(({ kind }) => kind === 'redacted');
  }

  #clear() {
    this.element.replaceChildren();
    [this.#ends, this.#unread, this.#days] = [[], [], []];
  }

  /**
   * @param {View} view
   * @param {ChatEvent[]} events
   * @param {ChatEvent|undefined} before what they follow
   */
  #append(view, events, before) {
    const lines = this.#made(view, events, before);
    const open = this.element.lastElementChild;
    const room = open ? Math.max(0, CHUNK - open.childElementCount) : 0;
    open?.append(...lines.splice(0, room));
    this.element.append(...chunks(lines));
  }

  /**
   * @param {View} view
   * @param {ChatEvent[]} events
   * @param {ChatEvent} first what they are followed by
   */
  #prepend(view, events, first) {
    const lines = this.#made(view, events, undefined);
    this.element.prepend(...chunks(lines));
    // What came first was under a heading and a name of its own, which it may now share.
    const old = this.element.querySelector(`[data-seq="${first.seq}"]`);
    const heading = old?.parentElement?.firstElementChild;
    if (heading?.matches('.day')) heading.remove();
    old?.replaceWith(...this.#made(view, [first], events.at(-1)));
  }

  /**
   * @param {View} view
   * @param {ChatEvent[]} events
   * @param {ChatEvent|undefined} before
   */
  #made(view, events, before) {
    /** @type {HTMLElement[]} */
    const lines = [];
    let last = before;
    for (const event of events) {
      if (!last || !isSameDay(last.at, event.at)) lines.push(this.#heading(view, event.at));
      lines.push(this.#line(view, event, last));
      last = event;
    }
    return lines;
  }

  /**
   * @param {View} view
   * @param {ChatEvent} event
   * @param {ChatEvent|undefined} before
   */
  #line(view, event, before) {
    if (event.kind !== 'message' && event.kind !== 'note') return eventNotice(view, event);
    const line = message(view, event, before !== undefined && isJoined(before, event));
    if (event.kind === 'message' && event.author.role === view.side) {
      const isRead = event.seq <= view.readBy;
      showDelivery(view, event, line, isRead ? 'read' : 'stored');
      if (!isRead) this.#unread.push({ event, line });
    }
    return line;
  }

  /**
   * @param {View} view
   * @param {number} at
   */
  #heading({ words }, at) {
    const line = build('p', { className: 'day soft' }, day(at, words.locale));
    this.#days.push({ at, line });
    return line;
  }

  /** @param {View} view */
  #showRead(view) {
    if (view.readBy === this.#readBy) return;
    this.#readBy = view.readBy;
    const isRead = (/** @type {{event: ChatEvent}} */ { event }) => event.seq <= view.readBy;
    for (const { event, line } of this.#unread.filter(isRead))
      showDelivery(view, event, line, 'read');
    this.#unread = this.#unread.filter((each) => !isRead(each));
  }

  /** Over midnight, today becomes yesterday. @param {View} view */
  #showDays({ words }) {
    const today = new Date().toDateString();
    if (today === this.#today) return;
    this.#today = today;
    for (const { at, line } of this.#days) setText(line, day(at, words.locale));
  }
}

/** @param {HTMLElement[]} lines */
function chunks(lines) {
  const made = [];
  while (lines.length) made.push(chunk(lines.splice(0, CHUNK)));
  return made;
}

/** @param {HTMLElement[]} lines */
function chunk(lines) {
  const made = build('div', { className: 'chunk' }, ...lines);
  // Laid out once, it may be skipped: browsers then know how much room it takes.
  requestAnimationFrame(() => requestAnimationFrame(() => made.classList.add('known')));
  return made;
}

/**
 * @param {ChatEvent} before
 * @param {ChatEvent} event
 */
function isJoined(before, event) {
  return (
    before.kind === event.kind &&
    before.author.id === event.author.id &&
    event.at - before.at < JOINED_WITHIN &&
    isSameDay(before.at, event.at)
  );
}

/**
 * @param {number} one
 * @param {number} other
 */
function isSameDay(one, other) {
  return new Date(one).toDateString() === new Date(other).toDateString();
}
