import { build, find } from '../elements/build.js';
import { clockTime, day } from '../lib/format.js';

/** What is known of the customer of the current conversation. */
export class CustomerCard {
  /** @param {import('./console.js').Desk} desk */
  constructor(desk) {
    this.desk = desk;
    this.place = find(document, '#right');
  }

  update() {
    const { words, session, panes } = this.desk;
    const conversation = panes.current && session.conversations.get(panes.current);
    if (!conversation) return this.place.replaceChildren();
    const { summary } = conversation;
    const opened = `${day(summary.opened_at, words.language)} ${clockTime(summary.opened_at, words.language)}`;
    /** @type {Record<string, string|null>} */
    const facts = {
      customerName: summary.customer.name || words.say('unnamed'),
      opened,
      topic: summary.topic,
      subject: summary.subject,
    };
    const rows = Object.entries(facts)
      .filter(([, value]) => value)
      .flatMap(([name, value]) => [
        build('dt', {}, words.say(name)),
        build('dd', { dir: 'auto' }, value),
      ]);
    const heading = words.say('reference', { reference: summary.reference });
    this.place.replaceChildren(build('section', {}, build('h2', {}, heading), build('dl', {}, ...rows)));
  }
}
