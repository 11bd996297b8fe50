import { build } from '../../elements/dom.js';

const LOOK_MS = 60_000;

/** A line that stays as long as the server cannot read the mailbox of incoming e-mail. */
export class MailboxWatch {
  /** @param {import('../../lib/i18n.js').Words} words */
  constructor(words) {
    const text = words.say('mailboxSilent');
    this.element = build('div', { className: 'notice-bar', role: 'status', hidden: true }, text);
  }

  /** Look now, and once a minute from then on. */
  start() {
    void this.#look();
    setInterval(() => void this.#look(), LOOK_MS);
  }

  async #look() {
    // A hidden page looks again when a minute has passed after it was shown.
    if (document.hidden) return;
    try {
      const { warnings } = await (await fetch('/readyz')).json();
      this.element.hidden = !warnings.includes('mailbox');
    } catch {
      // The mark of the connection says that the server is away.
      return;
    }
  }
}
