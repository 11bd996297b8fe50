/**
 * Return the effective state of a technician: the chosen one, unless the connection is lost or all
 * places are taken.
 *
 * @param {{chosen: string, isConnected: boolean, load: number, capacity: number}} technician
 * @returns {'lost'|'away'|'offline'|'full'|'free'}
 */
export function myState({ chosen, isConnected, load, capacity }) {
  if (!isConnected) return 'lost';
  if (chosen !== 'online') return chosen === 'away' ? 'away' : 'offline';
  return load >= capacity ? 'full' : 'free';
}

/** @typedef {import('../../lib/types.js').Colleague} Colleague */

/**
 * Sort the colleagues who are not offline: those with a free place first, then the least busy.
 *
 * @param {Iterable<Colleague>} colleagues
 * @param {string} me the technician to leave out
 */
export function byBusyness(colleagues, me) {
  return [...colleagues]
    .filter(({ id, status }) => id !== me && status !== 'offline')
    .sort(
      (a, b) =>
        Number(isFull(a)) - Number(isFull(b)) ||
        Number(a.status === 'away') - Number(b.status === 'away') ||
        a.load / a.capacity - b.load / b.capacity ||
        a.name.localeCompare(b.name),
    );
}

/** @param {Colleague} colleague */
export function isFull({ load, capacity }) {
  return load >= capacity;
}
