import { linkify } from './links.js';

/**
 * An inline run: plain text, a link, or code.
 *
 * @typedef {{text: string, url?: string, code?: boolean}} Run
 */

/**
 * A block of a message. Commands are kept apart from the prompts before them, so that copying a
 * command leaves out the prompt.
 *
 * @typedef {{kind: 'text'|'quote', runs: Run[]}
 *   | {kind: 'code', text: string}
 *   | {kind: 'command', lines: {prompt: string, text: string}[]}} Block
 */

const FENCE = /^\s*```[\w+#.-]*\s*$/;
const QUOTE = /^> /;
const PROMPT = /^\s*(\$ |(PS )?[A-Z]:\\[^>]*> ?)(?=[\w./~])(?!\d)/;
const SUDO = new RegExp(
  '^\\s*sudo (-\\w+ )*([./~][^\\s]+|apt(-get)?|aptitude|dnf|yum|zypper|pacman|apk|snap|flatpak|dpkg|' +
    'systemctl|service|journalctl|reboot|shutdown|modprobe|ip|ifconfig|nmcli|mount|umount|fsck|' +
    'chmod|chown|rm|cp|mv|ln|mkdir|cat|tail|tee|nano|vim?|bash|sh|su|docker|ufw|dmesg|lsof|kill)' +
    '(?![^\\s])[^?]*$',
);
const INLINE = /(?<!`)`([^`\n]+)`(?!`)/g;

/**
 * Split a message into blocks: fenced code, shell commands, quotes and the text between them. In
 * doubt a block is plain text: nothing that was written is lost or altered.
 *
 * @param {string} text
 * @returns {Block[]}
 */
export function blocks(text) {
  const lines = text.split('\n');
  /** @type {Block[]} */
  const found = [];
  for (let at = 0; at < lines.length; ) {
    const [block, next] = blockAt(lines, at);
    if (!isBlank(block)) found.push(block);
    at = next;
  }
  return found;
}

/** @param {Block} block */
function isBlank(block) {
  return block.kind === 'text' && block.runs.every(({ text }) => !text);
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @returns {[Block, number]} the block that begins there, and the line of the next one
 */
function blockAt(lines, at) {
  const kind = kindOf(lines, at);
  if (kind === 'code') {
    const end = fenceEnd(lines, at);
    return [{ kind, text: lines.slice(at + 1, end).join('\n') }, end + 1];
  }
  let next = at + 1;
  while (next < lines.length && kindOf(lines, next) === kind) next += 1;
  const own = lines.slice(at, next);
  if (kind === 'command') return [{ kind, lines: own.map(command) }, next];
  const text = kind === 'quote' ? own.map((line) => line.replace(QUOTE, '')) : own;
  return [{ kind, runs: runs(withoutEdges(text).join('\n')) }, next];
}

/** Strip the empty lines at both ends, because blocks have a margin. @param {string[]} lines */
function withoutEdges(lines) {
  const isFull = (/** @type {string} */ line) => line.trim() !== '';
  return lines.slice(lines.findIndex(isFull), lines.findLastIndex(isFull) + 1);
}

/**
 * @param {string[]} lines
 * @param {number} at
 * @returns {Block['kind']}
 */
function kindOf(lines, at) {
  const line = lines[at] ?? '';
  // A fence on the last line begins nothing and stays text.
  if (FENCE.test(line) && at + 1 < lines.length) return 'code';
  if (QUOTE.test(line)) return 'quote';
  return PROMPT.test(line) || SUDO.test(line) ? 'command' : 'text';
}

/**
 * @param {string[]} lines
 * @param {number} at
 */
function fenceEnd(lines, at) {
  const end = lines.findIndex((line, number) => number > at && line.trim() === '```');
  return end < 0 ? lines.length : end;
}

/** @param {string} line */
function command(line) {
  const [prompt = ''] = PROMPT.exec(line) ?? [];
  return { prompt: prompt.trim(), text: line.slice(prompt.length).trim() };
}

/**
 * @param {string} text
 * @returns {Run[]}
 */
function runs(text) {
  /** @type {Run[]} */
  const found = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    found.push(...linkify(text.slice(end, match.index)));
    found.push({ text: match[1] ?? '', code: true });
    end = match.index + match[0].length;
  }
  return [...found, ...linkify(text.slice(end))];
}
