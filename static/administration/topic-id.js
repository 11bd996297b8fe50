const MAX_LENGTH = 40;

/**
 * Make an id for a topic, for host pages and the command line: `e-mail-dsl` for `E-Mail & DSL`. It
 * differs from those that are taken.
 *
 * @param {string} name
 * @param {ReadonlySet<string>} taken
 */
export function newTopicId(name, taken) {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').replace(/ß/g, 'ss').toLowerCase();
  const short = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '');
  const base = short.slice(0, MAX_LENGTH - 4).replace(/-+$/, '') || 'topic';
  if (!taken.has(base)) return base;
  let number = 2;
  while (taken.has(`${base}-${number}`)) number += 1;
  return `${base}-${number}`;
}
