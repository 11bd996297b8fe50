/**
 * Short names in a text, such as skills or languages: each once, in order.
 *
 * @param {string} text separated by commas or spaces
 * @returns {string[]}
 */
export function shortNames(text) {
  const names = text
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter(Boolean);
  return [...new Set(names)].sort();
}

/** Whether all can be names of skills. @param {string[]} names */
export function areSkills(names) {
  return names.length <= 50 && names.every((name) => /^[a-z0-9][a-z0-9_-]{0,39}$/.test(name));
}

/** Whether all can be languages. @param {string[]} names */
export function areLanguages(names) {
  return names.every((name) => /^[a-z]{2,3}$/.test(name));
}
