/** @typedef {import('./outbox.js').Storage} Storage */

/**
 * The browser's storage, or one that lasts as long as the page where the browser refuses.
 *
 * @param {() => Storage} find
 * @returns {Storage & {lasting: boolean}}
 */
export function memory(find) {
  try {
    const storage = find();
    storage.setItem('chatserver.probe', '1');
    storage.removeItem('chatserver.probe');
    return {
      lasting: true,
      getItem: (key) => storage.getItem(key),
      setItem: (key, value) => storage.setItem(key, value),
      removeItem: (key) => storage.removeItem(key),
    };
  } catch {
    return passing();
  }
}

/** @returns {Storage & {lasting: boolean}} */
function passing() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    lasting: false,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}
