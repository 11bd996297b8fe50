const ENOUGH = 4.5;
const STEPS = 20;

/**
 * A colour as it can be read on a ground: itself, or as near to it as the contrast of WCAG 2.2 AA
 * allows, and what can be read on it.
 *
 * @param {string} colour #rrggbb
 * @param {string} ground #rrggbb
 * @returns {{colour: string, ink: string}}
 */
export function readable(colour, ground) {
  const wanted = channels(colour);
  const end = luminance(channels(ground)) > 0.18 ? 0 : 255;
  for (let step = 0; step <= STEPS; step += 1) {
    const mixed = wanted.map((value) => Math.round(value + ((end - value) * step) / STEPS));
    if (contrast(luminance(mixed), luminance(channels(ground))) >= ENOUGH)
      return { colour: hex(mixed), ink: luminance(mixed) > 0.179 ? '#000000' : '#ffffff' };
  }
  return { colour: hex([end, end, end]), ink: ground };
}

/** @param {string} colour */
function channels(colour) {
  return [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
}

/** @param {number[]} rgb */
function hex(rgb) {
  return `#${rgb.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

/** Relative luminance, as WCAG 2.2 defines it. @param {number[]} rgb */
function luminance(rgb) {
  const [r = 0, g = 0, b = 0] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/**
 * @param {number} one
 * @param {number} other
 */
function contrast(one, other) {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}
