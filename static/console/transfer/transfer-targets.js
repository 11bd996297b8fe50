import { byBusyness, isFull } from '../me/availability.js';

/** @typedef {import('../../lib/types.js').Colleague} Colleague */
/** @typedef {import('../../lib/types.js').Topic} Topic */

/**
 * A colleague or a topic to which a conversation can be transferred. `load` and `capacity` are the
 * colleague's, or the sums over all technicians of the topic who are online.
 *
 * @typedef {{kind: 'technician'|'topic', id: string, name: string, about: string, load: number,
 *   capacity: number, isFull: boolean, isAway: boolean}} Target
 */

/**
 * List the transfer targets: colleagues who are not offline, the least busy first, then topics.
 *
 * @param {Colleague[]} colleagues all technicians, this one included
 * @param {Topic[]} topics
 * @param {string} me
 * @returns {Target[]}
 */
export function transferTargets(colleagues, topics, me) {
  const names = new Map(topics.map(({ id, name }) => [id, name]));
  const people = byBusyness(colleagues, me).map((each) => ({
    ...each,
    kind: /** @type {const} */ ('technician'),
    about: (each.topics ?? []).map((topic) => names.get(topic) ?? topic).join(', '),
    isFull: isFull(each),
    isAway: each.status === 'away',
  }));
  return [...people, ...topics.map((topic) => topicTarget(topic, colleagues))];
}

/**
 * @param {Topic} topic
 * @param {Colleague[]} colleagues
 * @returns {Target}
 */
function topicTarget({ id, name }, colleagues) {
  const serving = colleagues.filter(
    ({ status, topics = [] }) => status === 'online' && (!topics.length || topics.includes(id)),
  );
  const load = serving.reduce((sum, each) => sum + each.load, 0);
  const capacity = serving.reduce((sum, each) => sum + each.capacity, 0);
  const isTaken = serving.every(isFull);
  const about = serving.map((each) => each.name).join(', ');
  return {
    kind: 'topic',
    id,
    name,
    about,
    load,
    capacity,
    isFull: isTaken,
    isAway: !serving.length,
  };
}

/**
 * Return the targets that match: each typed word begins a word of the name or of the description.
 *
 * @param {Target[]} targets
 * @param {string} typed
 */
export function matching(targets, typed) {
  const wanted = words(typed);
  return targets.filter(({ name, about }) => {
    const there = words(`${name} ${about}`);
    return wanted.every((word) => there.some((each) => each.startsWith(word)));
  });
}

/** @param {string} text */
function words(text) {
  const folded = text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase();
  return folded.split(/[\s,]+/u).filter(Boolean);
}
