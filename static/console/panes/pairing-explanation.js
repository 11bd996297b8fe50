import { build } from '../../elements/dom.js';
import { stopwatch } from '../../lib/format.js';

/** @typedef {import('../../lib/i18n.js').Words} Words */
/** @typedef {import('../../lib/types.js').Why} Why */

/**
 * Build an explanation, for technicians, of why a conversation was assigned to one technician and
 * not to another.
 *
 * @param {Words} words
 * @param {Why} why
 */
export function pairingExplanation(words, why) {
  const [chosen, ...others] = why.candidates;
  const name = chosen?.technician.name ?? '';
  const time = stopwatch(why.waited);
  const widened = why.widened ?? [];
  // What was given up in the end says already that the customer was kept for it.
  const held = why.held?.filter((hold) => !widened.includes(hold)) ?? [];
  const reasons = [
    words.say(`why.ground.${why.ground}`, { name }),
    ...widened.map((given) => words.say(`why.widened.${given}`, { time })),
    words.say('why.waited', { time }),
    ...(chosen?.written ? [words.say('why.chosenWritten', { name, count: chosen.written })] : []),
    ...held.map((hold) => words.say(`why.held.${hold}`)),
  ];
  const rows = others.map(({ technician, verdict, load, capacity, written }) =>
    build(
      'li',
      {},
      build('span', { dir: 'auto', className: 'name' }, technician.name),
      ` ${words.say(`why.verdict.${verdict}`, { load, capacity })}`,
      written ? ` ${words.say('why.written', { count: written })}` : '',
    ),
  );
  if (why.unnamed) rows.push(build('li', {}, words.say('why.unnamed', { count: why.unnamed })));
  return build(
    'details',
    { className: 'why' },
    build('summary', {}, words.say('why.title', { name })),
    build('p', {}, reasons.join(' ')),
    rows.length > 0 && build('ul', {}, ...rows),
  );
}
