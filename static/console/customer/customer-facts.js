import { build, setText } from '../../elements/dom.js';
import { clockTime, day } from '../../lib/format.js';
import { localTime } from '../date-format.js';

/** @typedef {import('../../lib/types.js').Summary} Summary */
/** @typedef {{name: string, value: string, href?: string}} Fact */

/** The facts about a customer: name, identity, page, topic, device, language and local time. */
export class CustomerFacts {
  #shown = '';
  #zone = '';
  #clock = build('dd');

  /**
   * @param {import('../../lib/i18n.js').Words} words
   * @param {import('../../lib/technician-session.js').TechnicianSession} session
   */
  constructor(words, session) {
    this.words = words;
    this.session = session;
    this.name = build('h2', { dir: 'auto', className: 'customer' });
    this.badge = build('p', { className: 'standing' });
    this.list = build('dl', { className: 'facts' });
    this.section = build('section', {}, this.name, this.badge, this.list);
  }

  /**
   * @param {Summary} summary
   * @param {Record<string, any>|null} card the answer to `customer`, null while it is not known
   */
  show(summary, card) {
    const { words } = this;
    const facts = this.#facts(summary, card);
    const verified = card?.customer.verified;
    // Unchanged facts are left alone, so that they can be selected while messages arrive.
    const who = [summary.conversation, summary.customer.name, verified];
    const shown = JSON.stringify([who, facts, card?.context?.timezone]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    setText(this.name, summary.customer.name || words.say('unnamed'));
    setText(this.badge, card ? words.say(verified ? 'vouched' : 'notVouched') : '');
    this.badge.classList.toggle('verified', Boolean(verified));
    this.#zone = card?.context?.timezone ?? '';
    this.list.replaceChildren(...facts.flatMap((fact) => this.#row(fact)), ...this.#clockRow());
    this.tick();
  }

  /** Update the customer's local time. */
  tick() {
    if (this.#zone)
      setText(this.#clock, localTime(this.session.now, this.#zone, this.words.locale));
  }

  #clockRow() {
    const isKnown = this.#zone && localTime(0, this.#zone, 'en');
    if (!isKnown) return [];
    return [build('dt', { title: this.#zone }, this.words.say('localTime')), this.#clock];
  }

  /** @param {Fact} fact */
  #row({ name, value, href }) {
    const link = { href, target: '_blank', rel: 'noopener noreferrer' };
    const shown = href ? build('a', link, value) : value;
    return [build('dt', { dir: 'auto' }, name), build('dd', { dir: 'auto' }, shown)];
  }

  /** @param {Summary} summary @param {Record<string, any>|null} card @returns {Fact[]} */
  #facts(summary, card) {
    const { words } = this;
    const say = (
      /** @type {string} */ key,
      /** @type {unknown} */ value,
      /** @type {string} */ href = '',
    ) => ({
      name: words.say(key),
      value: String(value ?? ''),
      ...(href && { href }),
    });
    const { customer = {}, context } = card ?? {};
    const { email, locale } = customer;
    const at = summary.opened_at;
    const attributes = Object.entries(context?.attributes ?? {});
    return [
      say('cardReference', summary.reference),
      say('cardEmail', email, email && `mailto:${encodeURIComponent(email)}`),
      say('cardPage', context?.page, webAddress(context?.page)),
      say('cardTopic', this.session.topicName(summary.topic)),
      say('product', summary.product),
      say('subject', summary.subject),
      say('opened', `${day(at, words.locale)}, ${clockTime(at, words.locale)}`),
      say('device', context?.device),
      say('language', languageName(context?.locale ?? locale, words.locale)),
      ...attributes.map(([name, value]) => ({ name, value: String(value) })),
    ].filter(({ value }) => value);
  }
}

/**
 * Return the address of the customer's page if it is safe to link, else an empty text.
 *
 * @param {unknown} page
 */
function webAddress(page) {
  if (typeof page !== 'string' || !URL.canParse(page)) return '';
  return ['http:', 'https:'].includes(new URL(page).protocol) ? page : '';
}

/**
 * @param {string|null|undefined} tag BCP 47
 * @param {string} language
 */
function languageName(tag, language) {
  if (!tag) return '';
  try {
    return new Intl.DisplayNames(language, { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
