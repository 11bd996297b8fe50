import '../elements/message-composer.js';
import { build } from '../elements/build.js';
import { MessageComposer } from '../elements/message-composer.js';
import { MessageList } from '../elements/message-list.js';
import { transferDialog } from './transfer-dialog.js';

/** @typedef {import('./console.js').Desk} Desk */

const NOTE = '//';

/** One conversation with its composer. */
export class Pane {
  usedAt = performance.now();

  /**
   * @param {Desk} desk
   * @param {string} id
   */
  constructor(desk, id) {
    this.desk = desk;
    this.id = id;
    const { words, session } = desk;
    this.title = build('h2', { dir: 'auto' });
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.transfer = build(
      'button',
      { onclick: () => transferDialog(desk, id) },
      words.say('transfer'),
    );
    this.close = build(
      'button',
      { onclick: () => this.#ask('close', {}) },
      words.say('closeConversation'),
    );
    this.list = new MessageList();
    this.composer = new MessageComposer();
    this.element = build(
      'section',
      {
        className: 'pane',
        'data-conversation': id,
        onfocusin: () => {
          if (desk.panes.current !== id) desk.panes.focus(id);
        },
      },
      build(
        'header',
        {},
        this.title,
        this.transfer,
        this.close,
        build('button', { className: 'plain', onclick: () => desk.panes.hide(id) }, words.say('hide')),
      ),
      this.list,
      build('div', {}, this.problem, this.composer),
    );
    this.list.addEventListener('retry', (event) => session.retry(detail(event)));
    this.list.addEventListener('earlier', () => session.loadEarlier(id));
    this.composer.addEventListener('send', (event) => this.#send(detail(event)));
    this.composer.addEventListener('typing', (event) => this.#typing(detail(event)));
    const log = session.conversations.get(id)?.log;
    if (log && !log.events.length) void session.loadEarlier(id).catch(() => undefined);
  }

  /** @param {boolean} isCurrent */
  update(isCurrent) {
    const { words, session, me } = this.desk;
    const conversation = session.conversations.get(this.id);
    if (!conversation) return;
    const { summary, log, typing } = conversation;
    const mine = summary.status === 'active' && summary.technician?.id === me.id;
    this.element.classList.toggle('current', isCurrent);
    this.title.textContent = `${summary.customer.name || words.say('unnamed')} · ${summary.reference}`;
    this.element.setAttribute('aria-label', this.title.textContent);
    this.transfer.hidden = this.close.hidden = !mine;
    this.list.show({
      events: log.events,
      drafts: session.outbox.of(this.id),
      side: 'technician',
      readBy: summary.read.customer,
      typing: typing && typing.until > Date.now() ? typing.name || words.say('customer') : null,
      hasEarlier: log.hasEarlier,
      words,
    });
    this.composer.show({ label: words.say('writeOrNote'), send: words.say('send') }, mine);
    if (isCurrent && document.visibilityState === 'visible') session.markRead(this.id);
  }

  /** @param {string} text */
  #send(text) {
    if (text.startsWith(NOTE)) return this.#ask('note', { text: text.slice(NOTE.length).trim() });
    return this.desk.session.send(this.id, text);
  }

  /** @param {boolean} on */
  #typing(on) {
    // A note is nobody else's business, not even that one is being written.
    const isOn = on && !this.composer.value.startsWith(NOTE);
    this.desk.session.connection.signal('typing', { conversation: this.id, on: isOn });
  }

  /**
   * @param {string} type
   * @param {Record<string, unknown>} fields
   */
  async #ask(type, fields) {
    this.problem.textContent = '';
    try {
      await this.desk.session.request(type, { conversation: this.id, ...fields });
    } catch (error) {
      this.problem.textContent = /** @type {Error} */ (error).message;
    }
  }
}

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
