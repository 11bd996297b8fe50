import '../elements/message-composer.js';
import { build } from '../elements/build.js';
import { MessageComposer } from '../elements/message-composer.js';
import { MessageList } from '../elements/message-list.js';
import { minutes } from '../lib/format.js';

/** @typedef {import('./widget.js').WidgetPanel} WidgetPanel */
/** @typedef {import('../lib/session.js').Conversation} Conversation */

const SCORES = [1, 2, 3, 4, 5];

/** One conversation: waiting, talking, or ended. */
export class ConversationView {
  id = '';
  #isSure = false;

  /** @param {WidgetPanel} panel */
  constructor(panel) {
    this.panel = panel;
    const { words, session } = panel;
    this.status = build('p', { role: 'status' });
    this.end = build('button', { type: 'button', className: 'plain', onclick: () => this.#end() });
    this.hint = build('p', { className: 'soft' });
    this.banner = build(
      'div',
      { className: 'banner' },
      build('div', { className: 'row' }, this.status, this.end),
      this.hint,
    );
    this.list = new MessageList();
    this.composer = new MessageComposer();
    this.after = build('div', { className: 'ended', hidden: true });
    this.bottom = build('div', {}, this.composer, this.after);
    this.list.addEventListener('retry', (event) => session.retry(detail(event)));
    this.list.addEventListener('earlier', () => session.loadEarlier(this.id));
    this.composer.addEventListener('send', (event) => session.send(this.id, detail(event)));
    this.composer.addEventListener('typing', (event) =>
      session.connection.signal('typing', { conversation: this.id, on: detail(event) }),
    );
    this.composer.addEventListener('draft', (event) =>
      panel.storage.setItem(this.#draftKey, detail(event)),
    );
    this.words = words;
  }

  /**
   * @param {HTMLElement} view
   * @param {string} id
   */
  enter(view, id) {
    this.id = id;
    this.#isSure = false;
    this.after.replaceChildren();
    view.append(this.banner, this.list, this.bottom);
    this.composer.value = this.panel.storage.getItem(this.#draftKey) ?? '';
    const conversation = this.#conversation;
    if (conversation && !conversation.log.events.length && conversation.summary.seq)
      void this.panel.session.loadEarlier(id);
    this.composer.focus();
  }

  focus() {
    if (this.id) this.composer.focus();
  }

  update() {
    const conversation = this.#conversation;
    if (!conversation) return;
    const { summary, log, typing } = conversation;
    const ended = summary.status === 'closed';
    this.status.textContent = this.#status(conversation);
    this.hint.textContent = this.#hint(conversation);
    this.end.hidden = ended;
    this.end.textContent = this.words.say(this.#isSure ? 'endSure' : 'end');
    this.list.show({
      events: log.events,
      drafts: this.panel.session.outbox.of(this.id),
      side: 'customer',
      readBy: summary.read.technician,
      typing:
        typing && typing.until > Date.now() ? typing.name || this.words.say('technician') : null,
      hasEarlier: log.hasEarlier,
      words: this.words,
    });
    this.composer.hidden = ended;
    this.composer.show({ label: this.words.say('write'), send: this.words.say('send') }, !ended);
    this.after.hidden = !ended;
    if (ended && !this.after.firstChild) this.#offerAfterwards(conversation);
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
    if (summary.status === 'closed') return this.words.say('ended');
    if (summary.status === 'active')
      return this.words.say('with', {
        name: summary.technician?.name || this.words.say('technician'),
      });
    return place
      ? this.words.say('waiting', { position: place.position })
      : this.words.say('waitingSoon');
  }

  /** @param {Conversation} conversation */
  #hint({ summary, place }) {
    const reference = this.words.say('reference', { reference: summary.reference });
    if (summary.status !== 'waiting') return reference;
    const wait = place?.wait && this.words.say('wait', { count: minutes(place.wait) });
    return [wait, this.words.say('stayOrGo'), reference].filter(Boolean).join(' ');
  }

  async #end() {
    if (!this.#isSure) {
      this.#isSure = true;
      return this.update();
    }
    await this.panel.session.request('close', { conversation: this.id }).catch(() => undefined);
  }

  /** @param {Conversation} conversation */
  #offerAfterwards({ summary, log }) {
    const { words } = this;
    const rated = log.events.some(({ kind }) => kind === 'rated');
    const thanks = build('p', { role: 'status' }, rated ? words.say('thanks') : '');
    const comment = build('input', { maxLength: 8_000, hidden: true });
    const send = build('button', { type: 'button', hidden: true }, words.say('sendRating'));
    const commentLabel = build('label', { hidden: true }, words.say('comment'), comment);
    const stars = SCORES.map((score) =>
      build(
        'button',
        {
          type: 'button',
          'aria-label': words.say('score', { score }),
          onclick: async () => {
            await rate(score);
            commentLabel.hidden = comment.hidden = send.hidden = false;
            send.onclick = async () => {
              await rate(score, comment.value);
              commentLabel.hidden = send.hidden = true;
            };
          },
        },
        String(score),
      ),
    );
    /** @param {number} score @param {string} [text] */
    const rate = async (score, text) => {
      await this.panel.session.request('rate', {
        conversation: this.id,
        score,
        ...(text && { comment: text }),
      });
      thanks.textContent = words.say('thanks');
    };
    const question = build(
      'div',
      { className: 'row stars', hidden: rated || !summary.technician },
      build('span', {}, words.say('howWasIt')),
      ...stars,
    );
    const download = build(
      'button',
      { type: 'button', onclick: () => this.#download(summary.reference) },
      words.say('download'),
    );
    const another = build(
      'button',
      { type: 'button', className: 'primary', onclick: () => this.panel.open(null) },
      words.say('another'),
    );
    this.after.append(
      question,
      thanks,
      commentLabel,
      send,
      build('div', { className: 'row' }, download, another),
    );
  }

  /** @param {string} reference */
  async #download(reference) {
    const headers = { Authorization: `Bearer ${this.panel.session.welcome.token}` };
    const answer = await fetch(`/conversations/${this.id}/transcript.txt`, { headers });
    if (!answer.ok) return;
    const href = URL.createObjectURL(await answer.blob());
    build('a', { href, download: `${reference}.txt` }).click();
    URL.revokeObjectURL(href);
  }
}

/** @param {Event} event */
function detail(event) {
  return /** @type {CustomEvent} */ (event).detail;
}
