const MIN_CONTRAST = 4.5;
const BLEND_STEPS = 50;

/** The grounds with the least contrast: the darkest light one and the lightest dark one. */
const GROUNDS = { light: '#eceef2', dark: '#252a33' };

/**
 * Above this relative luminance black text has more contrast than white text; at it, both have
 * enough.
 */
const BRIGHT_LUMINANCE = 0.179;

/**
 * Return the forms of an accent, each with the contrast that WCAG 2.2 level AA asks for. As text, on
 * light and on dark pages, it is the colour itself or the nearest one that is legible. Where text
 * stands on it, it stays the colour that was chosen, and `ink` is black or white: yellow that is
 * darkened until white is legible on it would be brown.
 *
 * @param {string} accent `#rgb` or `#rrggbb`
 * @returns {{light: string, dark: string, fill: string, ink: string}|null} null where it is no such
 *   colour
 */
export function tints(accent) {
  const colour = channels(accent);
  return (
    colour && {
      light: legible(colour, GROUNDS.light, 0),
      dark: legible(colour, GROUNDS.dark, 255),
      fill: hex(colour),
      ink: luminance(colour) > BRIGHT_LUMINANCE ? '#000000' : '#ffffff',
    }
  );
}

/**
 * @param {string} one
 * @param {string} other
 * @returns {number} from 1 to 21
 */
export function contrast(one, other) {
  const [darker = 0, lighter = 0] = [one, other]
    .map((colour) => luminance(channels(colour) ?? []))
    .sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

/**
 * @param {number[]} colour
 * @param {string} ground
 * @param {number} end the channels of black or white, towards which the colour is moved
 */
function legible(colour, ground, end) {
  for (let step = 0; ; step += 1) {
    const mixed = colour.map((value) => Math.round(value + ((end - value) * step) / BLEND_STEPS));
    const accent = hex(mixed);
    if (step === BLEND_STEPS || contrast(accent, ground) >= MIN_CONTRAST) return accent;
  }
}

/**
 * @param {string} colour
 * @returns {number[]|null} red, green and blue, 0 to 255
 */
function channels(colour) {
  if (!/^#([0-9a-f]{3}){1,2}$/i.test(colour)) return null;
  const digits = colour.length === 4 ? colour.replace(/\w/g, '$&$&') : colour;
  return [1, 3, 5].map((at) => parseInt(digits.slice(at, at + 2), 16));
}

/** @param {number[]} rgb */
function hex(rgb) {
  return `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Return the relative luminance as WCAG 2.2 defines it, from 0 to 1. @param {number[]} rgb */
function luminance(rgb) {
  const [red = 0, green = 0, blue = 0] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
