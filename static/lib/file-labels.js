/** @typedef {import('./types.js').FileFacts} FileFacts */

const STEP = 1_024;
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
const LONGEST_KIND = 4;

/** What files of some types are called, where their names do not say it. */
const KINDS = /** @type {Record<string, string>} */ ({
  'application/pdf': 'PDF',
  'application/zip': 'ZIP',
  'application/gzip': 'GZ',
  'application/x-7z-compressed': '7Z',
  'application/msword': 'DOC',
  'text/plain': 'TXT',
});

/**
 * A size as a person says it: "812 kB", "1.5 MB".
 *
 * @param {number} bytes
 * @param {string} language
 */
export function fileSize(bytes, language) {
  const power = bytes ? Math.floor(Math.log(bytes) / Math.log(STEP)) : 0;
  const unit = Math.min(power, UNITS.length - 1);
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: UNITS[unit],
    unitDisplay: 'short',
    maximumFractionDigits: unit > 1 ? 1 : 0,
  }).format(bytes / STEP ** unit);
}

/**
 * What kind of file it is, in a few letters.
 *
 * @param {FileFacts} file
 */
export function fileKind({ name, type }) {
  const [, ending = ''] = /\.([a-z0-9]+)$/i.exec(name) ?? [];
  if (ending && ending.length <= LONGEST_KIND) return ending.toUpperCase();
  return KINDS[type] ?? (type.startsWith('image/') ? 'IMG' : 'FILE');
}
