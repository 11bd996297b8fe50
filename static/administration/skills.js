/**
 * Split a text into short names such as skills or languages, sorted and without duplicates.
 *
 * @param {string} text names separated by commas or spaces
 * @returns {string[]}
 */
export function shortNames(text) {
  const names = text
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter(Boolean);
  return [...new Set(names)].sort();
}

/** True if all are valid names of skills. @param {string[]} names */
export function areSkills(names) {
  return names.length <= 50 && names.every((name) => /^[a-z0-9][a-z0-9_-]{0,39}$/.test(name));
}

/** True if all are valid language tags. @param {string[]} names */
export function areLanguages(names) {
  return names.every((name) => /^[a-z]{2,3}$/.test(name));
}
