/**
 * What is true of a technician: what they chose, as far as there is a connection for it.
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
 * Colleagues who are there, who could take somebody on first, and among them the least busy.
 *
 * @param {Iterable<Colleague>} colleagues
 * @param {string} me whom to leave out
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
