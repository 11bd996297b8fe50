import { build, setText } from '../../elements/dom.js';
import { mailFates } from '../../lib/mail-fate.js';

/** @typedef {import('../../lib/session.js').Conversation} Conversation */
/** @typedef {import('../../lib/types.js').ChatEvent} ChatEvent */

/**
 * What a pane shows of e-mails beyond their words: sender, subject and trust, what became of those
 * that were sent, and the buttons with which a technician sorts them.
 */
export class Letters {
  /** @type {Map<number, {element: HTMLElement, update: (known: Known) => void}>} */
  #shown = new Map();
  /** @type {Known} */
  #known = { isMine: false, doubted: [], fates: new Map(), split: new Set() };

  /**
   * @param {string} id the conversation's
   * @param {import('../../lib/i18n.js').Words} words
   * @param {import('../../lib/technician-session.js').TechnicianSession} session
   */
  constructor(id, words, session) {
    this.id = id;
    this.words = words;
    this.session = session;
  }

  /**
   * Return what stands below an event, if it has to do with e-mail.
   *
   * @param {ChatEvent} event
   */
  details(event) {
    const made = this.#make(event);
    if (!made) return undefined;
    this.#shown.set(event.seq, made);
    made.update(this.#known);
    return made.element;
  }

  /**
   * @param {Conversation} conversation
   * @param {boolean} isMine
   */
  update({ summary, log }, isMine) {
    const split = log.events.filter(({ kind }) => kind === 'split').map(({ first = 0 }) => first);
    this.#known = {
      isMine,
      doubted: summary.doubted ?? [],
      fates: mailFates(log.events),
      split: new Set(split),
    };
    for (const { update } of this.#shown.values()) update(this.#known);
  }

  /** @param {ChatEvent} event */
  #make(event) {
    if (event.kind === 'doubted') return this.#doubted(event);
    if (event.kind !== 'message') return undefined;
    if (event.author.role === 'technician') return this.#sent(event);
    return event.mail && this.#received(event, event.mail);
  }

  /** @param {ChatEvent} event */
  #doubted(event) {
    const { words } = this;
    const text = build('div', { className: 'text', dir: 'auto' }, event.text ?? '');
    const letter = build('details', {}, build('summary', {}, words.say('letter')), text);
    const source = event.source && this.#source(event.source);
    const admit = this.#choice('admit', event.seq);
    const discard = this.#choice('discard', event.seq, 'discardSure');
    const split = this.#choice('split', event.seq, 'splitSure');
    const buttons = this.#buttons(admit, discard, split);
    const element = build(
      'div',
      { className: 'letter' },
      build('p', {}, words.say(`doubt.${event.doubt}`)),
      this.#facts(event.subject, event.sender),
      letter,
      source || build('span', { hidden: true }),
      buttons,
    );
    let wasOpen = false;
    const update = (/** @type {Known} */ { isMine, doubted }) => {
      const isOpen = doubted.includes(event.seq);
      // Once decided it is put away; until then its words are in sight.
      if (isOpen !== wasOpen) letter.open = wasOpen = isOpen;
      buttons.hidden = !isOpen || !isMine;
    };
    return { element, update };
  }

  /**
   * @param {ChatEvent} event
   * @param {import('../../lib/types.js').MailOrigin} mail
   */
  #received(event, mail) {
    const trust = build(
      'span',
      { className: `trust ${mail.trust}` },
      this.words.say(`trust.${mail.trust}`),
    );
    const split = this.#choice('split', event.seq, 'splitSure');
    const buttons = this.#buttons(split);
    const element = build(
      'div',
      { className: 'letter' },
      this.#facts(mail.subject, mail.sender, trust),
      buttons,
    );
    const update = (/** @type {Known} */ { isMine, split: gone }) => {
      buttons.hidden = !isMine || gone.has(event.seq);
    };
    return { element, update };
  }

  /** @param {ChatEvent} event */
  #sent(event) {
    const element = build('p', { className: 'fate soft', hidden: true });
    const update = (/** @type {Known} */ { fates }) => {
      const fate = fates.get(event.seq);
      element.hidden = !fate;
      if (!fate) return;
      const { to, status, diagnostic } = fate;
      element.classList.toggle('failed', Boolean(status));
      setText(
        element,
        status
          ? this.words.say('notDelivered', { why: [status, diagnostic].filter(Boolean).join(' ') })
          : this.words.say('deliveredTo', { to }),
      );
    };
    return { element, update };
  }

  /**
   * @param {string|null|undefined} subject
   * @param {string|undefined} sender
   * @param {HTMLElement} [trust]
   */
  #facts(subject, sender, trust) {
    return build(
      'p',
      { className: 'soft' },
      ...(subject ? [build('span', { className: 'subject', dir: 'auto' }, subject), ' · '] : []),
      build('span', { dir: 'auto' }, sender ?? ''),
      ...(trust ? [' · ', trust] : []),
    );
  }

  /** @param {string} file */
  #source(file) {
    return build('p', {}, build('a', { href: `/files/${file}` }, this.words.say('wholeLetter')));
  }

  /** @param {HTMLElement[]} choices */
  #buttons(...choices) {
    return build('div', { className: 'sorting' }, ...choices);
  }

  /**
   * Build a button that sorts a letter, after a question if there is one to ask.
   *
   * @param {'admit'|'discard'|'split'} kind
   * @param {number} seq
   * @param {string} [question]
   */
  #choice(kind, seq, question) {
    const { words } = this;
    const problem = build('p', { className: 'problem', role: 'alert' });
    const act = async () => {
      const fields = kind === 'split' ? { first: seq } : { doubted: seq };
      try {
        await this.session.request(kind, { conversation: this.id, ...fields });
      } catch (error) {
        setText(problem, /** @type {Error} */ (error).message);
      }
    };
    const button = build('button', { type: 'button' }, words.say(`letter.${kind}`));
    const place = build('div', { className: 'choice' }, button, problem);
    if (!question) button.onclick = act;
    else button.onclick = () => place.append(this.#question(question, kind, button, act));
    return place;
  }

  /**
   * @param {string} question
   * @param {string} kind
   * @param {HTMLButtonElement} button
   * @param {() => Promise<void>} act
   */
  #question(question, kind, button, act) {
    const { words } = this;
    const leave = () => {
      asking.remove();
      button.hidden = false;
      button.focus();
    };
    const yes = build(
      'button',
      { type: 'button', className: 'primary' },
      words.say(`letter.${kind}`),
    );
    const no = build('button', { type: 'button', onclick: leave }, words.say('cancel'));
    const asking = build(
      'div',
      {
        className: 'asking',
        role: 'group',
        'aria-label': words.say(question),
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key !== 'Escape') return;
          event.stopPropagation();
          leave();
        },
      },
      build('p', {}, words.say(question)),
      yes,
      no,
    );
    yes.onclick = async () => {
      await act();
      leave();
    };
    button.hidden = true;
    queueMicrotask(() => yes.focus());
    return asking;
  }
}

/**
 * @typedef {object} Known
 * @property {boolean} isMine
 * @property {number[]} doubted the seqs of the letters that are to be sorted
 * @property {Map<number, import('../../lib/mail-fate.js').MailFate>} fates
 * @property {Set<number>} split the seqs of the letters that were split off
 */
