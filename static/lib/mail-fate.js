/** @typedef {import('./types.js').ChatEvent} ChatEvent */

/**
 * What became of a message that was sent by e-mail: the address `to` that it went to, and the code
 * `status` of the failure if it did not arrive.
 *
 * @typedef {{to: string, status?: string, diagnostic?: string}} MailFate
 */

/**
 * Tell what became of technicians' messages that went out by e-mail.
 *
 * @param {ChatEvent[]} events of one conversation, in order
 * @returns {Map<number, MailFate>} by the seqs of the messages
 */
export function mailFates(events) {
  /** @type {Map<number, MailFate>} */
  const fates = new Map();
  /** @type {Map<string, ChatEvent>} the letters by their Message-IDs */
  const letters = new Map();
  /** @type {ChatEvent|undefined} the newest letter */
  let newest;
  for (const event of events) {
    if (event.kind === 'mailed') {
      newest = event;
      letters.set(event.mail ?? '', event);
      mark(fates, events, event, { to: event.to ?? '' });
    } else if (event.kind === 'bounced') {
      // A report without the original's headers is about the newest letter; one for which there was
      // no letter yet (refused at once) is about what was said until then.
      const letter = letters.get(event.mail ?? '') ?? newest ?? { ...event, first: 1 };
      const { status, diagnostic } = event;
      mark(fates, events, letter, { to: letter.to ?? '', status, diagnostic });
    }
  }
  return fates;
}

/**
 * @param {Map<number, MailFate>} fates
 * @param {ChatEvent[]} events
 * @param {ChatEvent} letter
 * @param {MailFate} fate
 */
function mark(fates, events, { first = 1, through = 0 }, fate) {
  for (const { seq, kind, author } of events) {
    if (kind !== 'message' || author.role !== 'technician') continue;
    // What another letter has carried before is not meant.
    if (seq >= first && seq <= through && (first > 1 || !fates.has(seq))) fates.set(seq, fate);
  }
}
