import { day } from '../lib/format.js';
import { build, setText } from './dom.js';
import { eventNotice } from './event-notice.js';
import { message, showDelivery } from './message.js';

/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */
/** @typedef {import('../lib/types.js').View} View */

const GROUPING_MS = 300_000;
const CHUNK_ROWS = 60;

/**
 * The rows of a conversation (ARIA role `log`). New rows are added at the end or at the beginning
 * and the others are left alone, so that neither a busy nor a long conversation gets slow. Rows
 * stand in chunks of 60, and browsers skip the layout of chunks out of sight.
 */
export class MessageLog {
  element = build('div', { className: 'lines', role: 'log', 'aria-relevant': 'additions' });
  /** @type {ChatEvent[]} the first and the last event that are shown */
  #ends = [];
  /** @type {{event: ChatEvent, line: HTMLElement}[]} own messages that the other side has not read */
  #unread = [];
  /** @type {{at: number, line: HTMLElement}[]} */
  #days = [];
  #readBy = 0;
  #today = '';
  #divider = build('p', { className: 'divider' });

  /**
   * @param {View} view
   * @returns {ChatEvent[]} the events that were added at the end
   */
  show(view) {
    const { events } = view;
    // Erasure changes rows anywhere, so all are built again; it is rare.
    if (!this.#continues(events) || this.#wasRedacted(events)) this.#clear();
    const [first, last] = this.#ends;
    // Only events outside of those that are shown get new rows: showing again costs no layout.
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
   * Put a divider before the first unread event.
   *
   * @param {View} view
   * @param {number} seq the first unread event
   */
  divide({ words }, seq) {
    const line = this.element.querySelector(`[data-seq="${seq}"]`);
    setText(this.#divider, words.say('newMessages'));
    line?.before(this.#divider);
  }

  /** True while screen readers should announce nothing, because older events come in. */
  set isBusy(/** @type {boolean} */ isBusy) {
    this.element.setAttribute('aria-busy', `${isBusy}`);
  }

  get isDivided() {
    return this.#divider.isConnected;
  }

  /** Remove the divider. */
  unite() {
    this.#divider.remove();
  }

  /**
   * True if these events contain those that are shown, in the same order.
   *
   * @param {ChatEvent[]} events
   */
  #continues(events) {
    const [first, last] = this.#ends;
    if (!first || !last) return true;
    const [oldest, newest] = [events[0], events.at(-1)];
    if (!oldest || !newest || oldest.conversation !== first.conversation) return false;
    return oldest.seq <= first.seq && newest.seq >= last.seq;
  }

  /** True if the text of an event that is shown was erased. @param {ChatEvent[]} events */
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
   * @param {ChatEvent|undefined} before the event before them
   */
  #append(view, events, before) {
    const lines = this.#made(view, events, before);
    const open = this.element.lastElementChild;
    const room = open ? Math.max(0, CHUNK_ROWS - open.childElementCount) : 0;
    open?.append(...lines.splice(0, room));
    this.element.append(...chunks(lines));
  }

  /**
   * @param {View} view
   * @param {ChatEvent[]} events
   * @param {ChatEvent} first the event after them
   */
  #prepend(view, events, first) {
    const lines = this.#made(view, events, undefined);
    this.isBusy = true;
    this.element.prepend(...chunks(lines));
    // The former first event has its own heading and author, which it may now share.
    const old = this.element.querySelector(`[data-seq="${first.seq}"]`);
    const heading = old?.parentElement?.firstElementChild;
    if (heading?.matches('.day')) heading.remove();
    old?.replaceWith(...this.#made(view, [first], events.at(-1)));
    // Browsers tell screen readers of new rows after the next layout.
    afterLayout(() => (this.isBusy = false));
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
      if (last && isRatedAgain(last, event)) this.#withdraw(last, lines);
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
   * Remove the row of an event, which may be shown already or be among the new ones.
   *
   * @param {ChatEvent} event
   * @param {HTMLElement[]} lines
   */
  #withdraw({ seq }, lines) {
    const at = lines.findIndex((line) => line.dataset.seq === String(seq));
    if (at >= 0) lines.splice(at, 1);
    else this.element.querySelector(`[data-seq="${seq}"]`)?.remove();
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

  /**
   * Update the headings of days after midnight, when today becomes yesterday.
   *
   * @param {View} view
   */
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
  while (lines.length) made.push(chunk(lines.splice(0, CHUNK_ROWS)));
  return made;
}

/** @param {HTMLElement[]} lines */
function chunk(lines) {
  const made = build('div', { className: 'chunk' }, ...lines);
  // After the first layout the chunk may be skipped, because browsers then know its height.
  afterLayout(() => made.classList.add('known'));
  return made;
}

/** Call a function two frames later, when the next layout has taken place. @param {() => void} run */
function afterLayout(run) {
  requestAnimationFrame(() => requestAnimationFrame(run));
}

/**
 * True if a rating repeats the one before it with a comment: the panel sends the score at once.
 *
 * @param {ChatEvent} before
 * @param {ChatEvent} event
 */
function isRatedAgain(before, event) {
  return (
    before.kind === 'rated' &&
    event.kind === 'rated' &&
    before.score === event.score &&
    !before.comment
  );
}

/**
 * @param {ChatEvent} before
 * @param {ChatEvent} event
 */
function isJoined(before, event) {
  return (
    before.kind === event.kind &&
    before.author.id === event.author.id &&
    event.at - before.at < GROUPING_MS &&
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
