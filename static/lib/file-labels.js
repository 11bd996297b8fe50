/** @typedef {import('./types.js').FileFacts} FileFacts */

const BYTES_PER_UNIT = 1_024;
const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
const MAX_KIND_LENGTH = 4;

/** Short names of content types, for files whose names have no suffix. */
const KINDS = /** @type {Record<string, string>} */ ({
  'application/pdf': 'PDF',
  'application/zip': 'ZIP',
  'application/gzip': 'GZ',
  'application/x-7z-compressed': '7Z',
  'application/msword': 'DOC',
  'text/plain': 'TXT',
});

/**
 * Format a size for readers: "812 kB", "1.5 MB".
 *
 * @param {number} bytes
 * @param {string} language
 */
export function fileSize(bytes, language) {
  const power = bytes ? Math.floor(Math.log(bytes) / Math.log(BYTES_PER_UNIT)) : 0;
  const unit = Math.min(power, UNITS.length - 1);
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: UNITS[unit],
    unitDisplay: 'short',
    maximumFractionDigits: unit > 1 ? 1 : 0,
  }).format(bytes / BYTES_PER_UNIT ** unit);
}

/**
 * Return the kind of a file in a few letters, from its suffix or its content type.
 *
 * @param {FileFacts} file
 */
export function fileKind({ name, type }) {
  const [, ending = ''] = /\.([a-z0-9]+)$/i.exec(name) ?? [];
  if (ending && ending.length <= MAX_KIND_LENGTH) return ending.toUpperCase();
  return KINDS[type] ?? (type.startsWith('image/') ? 'IMG' : 'FILE');
}
