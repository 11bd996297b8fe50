import { moment } from '../lib/format.js';
import { build } from './build.js';

/** @typedef {import('../lib/types.js').ChatEvent} ChatEvent */
/** @typedef {import('../lib/types.js').View} View */

/**
 * What happened beside what was said, as a line of the list.
 *
 * @param {View} view
 * @param {ChatEvent} event
 */
export function notice({ words, side }, event) {
  const kind = `event.${event.kind}`;
  const reason = `${kind}.${event.reason}`;
  // Some things are said differently to the two sides, and some differently for each reason.
  const keys = [`${reason}.${side}`, reason, `${kind}.${side}`, kind];
  const text = words.say(keys.find((key) => key in words.messages) ?? kind, {
    name: event.technician?.name ?? event.topic ?? event.author.name,
    score: event.score ?? '',
    time: event.reply_by ? moment(event.reply_by, words.language) : '',
  });
  return build('p', { className: 'notice soft', 'data-seq': event.seq }, text);
}
