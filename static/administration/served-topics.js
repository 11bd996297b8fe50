/** @typedef {import('../lib/types.js').Topic} Topic */

/**
 * Return the topics of a technician for the summary of their row.
 *
 * No topics stand for all of them; topics that were all removed leave conversations without one.
 *
 * @param {{say(key: string): string}} words
 * @param {string[]} topics the ids in the technician's terms
 * @param {Topic[]} known the topics that exist
 */
export function servedTopics(words, topics, known) {
  if (!topics.length) return words.say('allTopics');
  const names = known.filter(({ id }) => topics.includes(id)).map(({ name }) => name);
  return names.length ? names.join(', ') : words.say('noTopicLeft');
}

/**
 * Return the topics to send with a technician's terms, without removed ones, which sending would make
 * anew. Undefined, which leaves the stored ones, where all of them were removed: none would stand
 * for all topics.
 *
 * @param {string[]} chosen the ids in the technician's terms
 * @param {Topic[]} known the topics that exist
 */
export function topicsToSend(chosen, known) {
  const kept = chosen.filter((topic) => known.some(({ id }) => id === topic));
  return kept.length || !chosen.length ? kept : undefined;
}
