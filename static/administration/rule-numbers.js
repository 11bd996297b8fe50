/**
 * The values that a rule may have, as the server declares them: `unit` converts the field's unit
 * to that of the protocol, in which `least` and `most` are given; an `optional` one is null when
 * its field is empty.
 *
 * @typedef {{unit: number, least: number, most: number, whole: boolean, optional: boolean}} Bounds
 */

/** The rules for all topics, by what they decide. */
const GROUPS = /** @type {const} */ ({
  familiar: ['previous_hold', 'language_hold'],
  offers: ['offer_for', 'misses', 'again_after'],
  load: ['waiting_weight', 'idle_after', 'pause'],
  silence: ['answer_within', 'remind_after', 'close_after'],
});

/**
 * Sort the names of rules into groups; a rule that no group names stands in `others`.
 *
 * @param {string[]} names
 * @returns {[group: string, names: string[]][]} without empty groups
 */
export function grouped(names) {
  /** @type {string[]} */
  const known = Object.values(GROUPS).flat();
  const others = names.filter((name) => !known.includes(name));
  return [...Object.entries(GROUPS), /** @type {[string, string[]]} */ (['others', others])]
    .map(
      ([group, rules]) =>
        /** @type {[string, string[]]} */ ([group, rules.filter((name) => names.includes(name))]),
    )
    .filter(([, rules]) => rules.length > 0);
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
