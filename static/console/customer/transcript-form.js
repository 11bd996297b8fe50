import { build } from '../../elements/dom.js';
import { FORMATS, formatName } from '../../elements/transcript-formats.js';

/** Chosen at first: what is handed on should look the same everywhere. */
const FIRST = 'pdf';

/** The download of the transcript in a chosen format, with notes only on request. */
export class TranscriptForm {
  #conversation = '';

  /** @param {import('../../lib/i18n.js').Words} words */
  constructor(words) {
    this.language = words.language;
    const onchange = () => this.#point();
    const options = FORMATS.map((value) =>
      build('option', { value, selected: value === FIRST }, formatName(words, value)),
    );
    this.format = build('select', { onchange }, ...options);
    this.notes = build('input', { type: 'checkbox', onchange });
    this.link = build('a', { className: 'button', download: '' }, words.say('downloadTranscript'));
    this.section = build(
      'section',
      { className: 'transcript' },
      build('h2', {}, words.say('transcript')),
      build('label', {}, words.say('format'), this.format),
      build('label', { className: 'check' }, this.notes, words.say('withNotes')),
      this.link,
    );
  }

  /** @param {string} conversation */
  show(conversation) {
    if (conversation === this.#conversation) return;
    this.#conversation = conversation;
    // Including internal notes is chosen for each conversation anew.
    this.notes.checked = false;
    this.#point();
  }

  #point() {
    const timezone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const query = new URLSearchParams({
      timezone,
      language: this.language,
      ...(this.notes.checked && { edition: 'internal' }),
    });
    const place = `/conversations/${encodeURIComponent(this.#conversation)}`;
    this.link.href = `${place}/transcript.${this.format.value}?${query}`;
  }
}
