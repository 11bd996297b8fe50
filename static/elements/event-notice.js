import { moment } from '../lib/moment.js';
import { build } from './dom.js';

/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */
/** @typedef {import('../lib/types.js').View} View */

/**
 * Build the row of an event that is no message.
 *
 * @param {View} view
 * @param {ChatEvent} event
 */
export function eventNotice({ words, side, explain, details, topics }, event) {
  const kind = `event.${event.kind}`;
  const at = event.reply_by ?? event.closes_at ?? event.until;
  const reason = `${kind}.${event.reason ?? event.level ?? (event.instead_of && 'renewed')}`;
  // The wording may depend on the reader's side and on the reason.
  const keys = [`${reason}.${side}`, reason, `${kind}.${side}`, kind];
  const topic = topics?.find(({ id }) => id === event.topic)?.name ?? event.topic;
  const happened = words.say(keys.find((key) => key in words.messages) ?? kind, {
    name: event.technician?.name ?? topic ?? event.author.name,
    score: event.score ?? '',
    to: event.to ?? '',
    sender: event.sender ?? '',
    reference: event.reference ?? '',
    status: event.status ?? '',
    time: at ? moment(at, words.locale) : '',
  });
  const text = event.comment ? `${happened}: ${event.comment}` : happened;
  const explained = event.why && explain?.(event.why);
  const content = explained ? [build('p', {}, text), explained] : [text];
  return build(
    'div',
    { className: 'notice soft', 'data-seq': event.seq },
    ...content,
    details?.(event),
  );
}
