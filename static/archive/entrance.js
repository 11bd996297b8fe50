import { build } from '../elements/build.js';

/** @typedef {import('../lib/http.js').Problem} Problem */

/** What is shown to who has no archive open: how to open it. */
export class Entrance {
  /**
   * @param {import('../lib/i18n.js').Words} words
   */
  constructor(words) {
    this.words = words;
    this.problem = build('p', { className: 'problem', role: 'alert' });
    this.element = build(
      'section',
      { className: 'entrance' },
      build('h2', { tabIndex: -1 }, words.say('closed')),
      this.problem,
      build('p', {}, words.say('fromWidget')),
    );
  }

  /** @param {Problem} [problem] why a link did not open it */
  show(problem) {
    const isSpent = problem?.code === 'not_found';
    this.problem.textContent = isSpent ? this.words.say('linkSpent') : (problem?.message ?? '');
    this.element.querySelector('h2')?.focus();
  }
}
