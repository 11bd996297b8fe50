/**
 * The values that a rule may have, as the server declares them: `unit` converts the field's unit
 * to that of the protocol, in which `least` and `most` are given; an `optional` one is null when
 * its field is empty.
 *
 * @typedef {{unit: number, least: number, most: number, whole: boolean, optional: boolean,
 *   default: number|null, group: string}} Bounds
 */

/**
 * Sort the names of rules into the groups that the server has declared, in order of declaration.
 *
 * @param {Record<string, Bounds>} bounds by rule
 * @returns {[group: string, names: string[]][]}
 */
export function grouped(bounds) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const [name, { group }] of Object.entries(bounds))
    groups.set(group, [...(groups.get(group) ?? []), name]);
  return [...groups];
}

/**
 * Return what was typed, in the unit of the protocol: null for nothing in an optional field, NaN
 * for what is no number.
 *
 * @param {string} typed
 * @param {Bounds} bounds
 */
export function amountOf(typed, { unit, optional }) {
  const text = typed.trim();
  if (text === '') return optional ? null : Number.NaN;
  const value = Number(text) * unit;
  return unit === 1 ? value : Math.round(value);
}

/**
 * Return the text of a field for a value.
 *
 * @param {number|null} value
 * @param {Bounds} bounds
 */
export function textOf(value, { unit }) {
  return value === null ? '' : String(value / unit);
}

/**
 * @param {number|null} value in the unit of the protocol
 * @param {Bounds} bounds
 */
export function isAllowed(value, { least, most, whole, optional }) {
  if (value === null) return optional;
  return value >= least && value <= most && (!whole || Number.isInteger(value));
}

/**
 * Return the bounds in the unit of the field, the least rounded up to what can be typed.
 *
 * @param {Bounds} bounds
 */
export function limitsOf({ unit, least, most }) {
  return { least: Math.ceil((least / unit) * 100) / 100, most: most / unit };
}
