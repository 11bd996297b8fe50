/**
 * Masking of passwords, tokens and card numbers in messages. The server has the same rules
 * (`chatserver/core/conversation/masking.py`) and decides; here they only warn before a message is
 * sent.
 *
 * @typedef {'card'|'password'|'token'} Kind
 */

const DOT = '•';
const HIDDEN = DOT.repeat(8);

const CARD =
  /(?<![0-9A-Za-z_/.@#%+•])(?<!•[ -])[0-9]{3,19}(?:[ -][0-9]{3,19})*(?![0-9A-Za-z_/@%]|\.[0-9])/g;

/**
 * The prefixes of card numbers of the common issuers, by the length of the number.
 *
 * @type {Record<number, RegExp>}
 */
const ISSUERS = {
  13: /^4/,
  14: /^3(?:0[0-5]|[689])/,
  15: /^3[47]/,
  16: /^(?:4|5[1-5]|2[2-7]|35|6(?:011|2|4[4-9]|5))/,
  19: /^(?:4|6(?:011|2|4[4-9]|5))/,
};

/**
 * The most groups of digits that can form one number, with the separators between them: 6 groups of
 * 3 make 18 digits.
 */
const MAX_GROUPS = 11;

const NAMED_PASSWORD =
  /(\b(?:pass(?:word|wort|wd|phrase|code)|kennwort|pwd|pw|pin)(?:'s)?[ \t]*([:=]|[ \t](?:is|was|ist|war|lautet)[ \t]?:?)[ \t]*["'`]?)([^ \t\r\n"'`]{3,})/gi;
const REST_IS_EMPTY = /^[ \t]*(?:[\r\n]|$)/;
const IN_ADDRESS = /(:\/\/[^ \t\n\r\f\v/:@]{1,200}:)([^ \t\n\r\f\v/:@]{1,200})(@)/g;

const TOKEN =
  /(?<![0-9A-Za-z_-])(?:eyJ[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}\.[0-9A-Za-z_-]{8,}|gh[oprsu]_[0-9A-Za-z]{20,}|github_pat_[0-9A-Za-z_]{20,}|glpat-[0-9A-Za-z_-]{16,}|xox[abeprs]-[0-9A-Za-z-]{10,}|A[KS]IA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{30,}|[prs]k_(?:live|test)_[0-9A-Za-z]{10,}|sk-[0-9A-Za-z_-]{20,})/g;
const NAMED_TOKEN =
  /((?:\bBearer[ \t]+|(?:token|secret|api[ _-]?key|access[ _-]?key)[ \t]*[:=][ \t]*)["'`]?)([0-9A-Za-z._~+/=-]{12,})/gi;
const PRIVATE_KEY =
  /(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)([^-]+)(-----END [A-Z ]{0,40}PRIVATE KEY-----)/g;

/** @type {[Kind, (text: string) => string][]} */
const RULES = [
  ['card', (text) => text.replace(CARD, hideCards)],
  ['password', hidePasswords],
  ['token', hideTokens],
];

/**
 * Return the text with everything that looks like one of these kinds masked.
 *
 * @param {string} text
 * @param {readonly string[]} kinds
 */
export function mask(text, kinds) {
  return found(text, kinds).masked;
}

/**
 * Mask a text, and tell which kinds were found.
 *
 * @param {string} text
 * @param {readonly string[]} kinds
 * @returns {{masked: string, kinds: Kind[]}}
 */
export function found(text, kinds) {
  let masked = text;
  /** @type {Kind[]} */
  const those = [];
  for (const [kind, hide] of RULES) {
    if (!kinds.includes(kind)) continue;
    const before = masked;
    masked = hide(masked);
    if (masked !== before) those.push(kind);
  }
  return { masked, kinds: those };
}

/**
 * Mask the groups of digits that form a card number together, except the last digits. A group that
 * ends one number may begin another, and then is masked, too.
 *
 * @param {string} run
 */
function hideCards(run) {
  const parts = run.split(/([ -])/).map((text) => ({ text, hidden: 0 }));
  for (let first = 0; first < parts.length; first += 2)
    for (let last = Math.min(parts.length, first + MAX_GROUPS); last > first; last -= 2) {
      const number = parts.slice(first, last);
      const digits = number.map((part) => part.text.replace(/[ -]/, '')).join('');
      if (!isCard(digits)) continue;
      // The last four digits stay readable, as on receipts.
      let left = digits.length - 4;
      for (const part of number.filter((_, place) => place % 2 === 0)) {
        part.hidden = Math.max(part.hidden, Math.min(part.text.length, left));
        left -= part.text.length;
      }
      break;
    }
  return parts.map(({ text, hidden }) => DOT.repeat(hidden) + text.slice(hidden)).join('');
}

/** @param {string} digits */
function isCard(digits) {
  if (!ISSUERS[digits.length]?.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    // The Luhn check: every second digit from the right counts twice.
    const value = Number(digit) * (1 + (place % 2));
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return sum % 10 === 0;
}

/** @param {string} text */
function hidePasswords(text) {
  return text
    .replace(NAMED_PASSWORD, (whole, name, sign, value, place) => {
      const secret = withoutEnd(value);
      const rest = text.slice(place + whole.length, place + whole.length + 200);
      // After ":" or "=" at the end of a line even an ordinary word is a password; after "is" only
      // one with letters and digits.
      const isAll = ':='.includes(sign) && REST_IS_EMPTY.test(rest);
      if (!secret || !(isAll || isOdd(secret))) return whole;
      return name + HIDDEN + value.slice(secret.length);
    })
    .replace(IN_ADDRESS, `$1${HIDDEN}$3`);
}

/**
 * Strip the punctuation around a word. This is a loop because a regular expression would backtrack
 * over long runs.
 *
 * @param {string} word
 */
function withoutEnd(word) {
  let end = word.length;
  while (end && '.,;:)'.includes(word.charAt(end - 1))) end -= 1;
  return word.slice(0, end);
}

/** @param {string} text */
function hideTokens(text) {
  return text
    .replace(PRIVATE_KEY, `$1${HIDDEN}$3`)
    .replace(TOKEN, HIDDEN)
    .replace(NAMED_TOKEN, (whole, name, secret) => (isOdd(secret) ? name + HIDDEN : whole));
}

/**
 * True if a word has both letters and digits, as no word of a sentence has.
 *
 * @param {string} word
 */
function isOdd(word) {
  return /[A-Za-z]/.test(word) && /[0-9]/.test(word);
}
