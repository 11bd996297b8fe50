/**
 * Colours that can be read, whatever accent somebody chose. Contrast is as WCAG 2.2 defines it.
 *
 * @typedef {[number, number, number]} Rgb red, green and blue, 0 to 255
 */

const READABLE = 4.5;
const STEPS = 100;
const WHITE = '#ffffff';
const BLACK = '#000000';
const INKS = [WHITE, '#0b1526', BLACK];

/** The hardest grounds that accents stand on: the darkest light one and the lightest dark one. */
const GROUNDS = { light: '#eceef2', dark: '#252a33' };

/**
 * The two forms of an accent, for light and for dark pages, each with the ink that is written on
 * it. They are as close to the chosen one as can be read.
 *
 * @param {string} accent `#rgb` or `#rrggbb`
 * @returns {{light: Tint, dark: Tint}|null} null for what is no such colour
 * @typedef {{accent: string, ink: string}} Tint
 */
export function tints(accent) {
  if (!rgb(accent)) return null;
  const light = readable(accent, GROUNDS.light, BLACK);
  const dark = readable(accent, GROUNDS.dark, WHITE);
  return { light: { accent: light, ink: ink(light) }, dark: { accent: dark, ink: ink(dark) } };
}

/**
 * @param {string} one
 * @param {string} other
 * @returns {number} from 1 to 21
 */
export function contrast(one, other) {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/**
 * A colour moved towards another until it can be read on a ground.
 *
 * @param {string} colour
 * @param {string} ground
 * @param {string} towards
 */
function readable(colour, ground, towards) {
  for (let step = 0; step < STEPS; step += 1) {
    const tried = mixed(colour, towards, step / STEPS);
    if (contrast(tried, ground) >= READABLE) return tried;
  }
  return towards;
}

/** @param {string} colour */
function ink(colour) {
  return INKS.find((each) => contrast(each, colour) >= READABLE) ?? BLACK;
}

/**
 * @param {string} one
 * @param {string} other
 * @param {number} share of the other, 0 to 1
 */
function mixed(one, other, share) {
  const [from, to] = [rgb(one) ?? [0, 0, 0], rgb(other) ?? [0, 0, 0]];
  const parts = from.map((part, place) => Math.round(part + ((to[place] ?? 0) - part) * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** @param {string} colour */
function luminance(colour) {
  const linear = (rgb(colour) ?? [0, 0, 0]).map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const [red = 0, green = 0, blue = 0] = linear;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/**
 * @param {string} colour
 * @returns {Rgb|null}
 */
function rgb(colour) {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour);
  const parts = short
    ? short.slice(1).map((digit) => digit + digit)
    : /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour)?.slice(1);
  return parts ? /** @type {Rgb} */ (parts.map((part) => parseInt(part, 16))) : null;
}
