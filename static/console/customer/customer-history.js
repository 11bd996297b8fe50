import { build, setText } from '../../elements/dom.js';
import { when } from '../date-format.js';

/** @typedef {import('../../lib/types.js').Summary} Summary */
/** @typedef {{file: string, name: string, size: number, at: number}} SentFile */

/** The earlier conversations of a customer, and the files of both sides. */
export class CustomerHistory {
  #shown = '';

  /**
   * @param {import('../../lib/i18n.js').Words} words
   * @param {import('../../lib/technician-session.js').TechnicianSession} session
   * @param {(summary: Summary) => Promise<void>} open shows an earlier conversation
   */
  constructor(words, session, open) {
    this.words = words;
    this.session = session;
    this.open = open;
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.earlier = build('ul');
    this.files = build('ul');
    const section = (/** @type {string} */ key, /** @type {Node[]} */ ...children) =>
      build('section', { hidden: true }, build('h2', {}, words.say(key)), ...children);
    this.earlierSection = section('earlierConversations', this.problem, this.earlier);
    this.filesSection = section('files', this.files);
    this.sections = [this.earlierSection, this.filesSection];
  }

  /** @param {Record<string, any>|null} card the answer to `customer` */
  show(card) {
    const { earlier = [], files = [] } = card ?? {};
    const shown = JSON.stringify([earlier, files]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    setText(this.problem, '');
    this.earlierSection.hidden = earlier.length === 0;
    this.filesSection.hidden = files.length === 0;
    this.earlier.replaceChildren(
      ...earlier.map((/** @type {Summary} */ each) => this.#conversation(each)),
    );
    this.files.replaceChildren(...files.map((/** @type {SentFile} */ each) => this.#file(each)));
  }

  /** @param {Summary} summary */
  #conversation(summary) {
    const { words } = this;
    const { subject, question, last, reference, technician, status } = summary;
    const standing = status === 'closed' ? '' : words.say(`card.${status}`);
    const date = when(summary.opened_at, words.locale, this.session.now);
    const facts = [date, technician?.name, standing].filter(Boolean).join(' · ');
    const properties = { type: 'button', className: 'plain', onclick: () => this.#open(summary) };
    return build(
      'li',
      {},
      build(
        'button',
        properties,
        build('span', { dir: 'auto' }, subject || question || last?.text || reference),
        build('span', { className: 'soft', dir: 'auto' }, facts),
      ),
    );
  }

  /** @param {Summary} summary */
  async #open(summary) {
    setText(this.problem, '');
    try {
      await this.open(summary);
    } catch (error) {
      setText(this.problem, /** @type {Error} */ (error).message);
    }
  }

  /** @param {SentFile} file */
  #file({ file, name, size, at }) {
    const { words } = this;
    const facts = `${fileSize(size, words.locale)} · ${when(at, words.locale, this.session.now)}`;
    const href = `/files/${encodeURIComponent(file)}`;
    return build(
      'li',
      {},
      build('a', { href, download: name, dir: 'auto' }, name),
      build('span', { className: 'soft' }, facts),
    );
  }
}

const UNITS = ['byte', 'kilobyte', 'megabyte'];

/** @param {number} bytes @param {string} language */
function fileSize(bytes, language) {
  const step = Math.min(Math.floor(Math.log10(Math.max(1, bytes)) / 3), UNITS.length - 1);
  const unit = UNITS[step];
  const options = {
    style: 'unit',
    unit,
    unitDisplay: 'short',
    maximumFractionDigits: step > 1 ? 1 : 0,
  };
  return new Intl.NumberFormat(language, /** @type {any} */ (options)).format(
    bytes / 1_000 ** step,
  );
}
