import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const PUMPS = [
  ...' \t\u3000\r\n\u2028.-0a`*:\u0002',
  '\n ',
  '123 ',
  'http://',
  'http://a',
  '`a',
  '- ',
  '\u0002a',
  'pw=.',
  'sudo -a ',
];
const LENGTH = 100_000;

/** Functions that untrusted texts go through, as an import and a call on `text`. */
const READERS = [
  ["import { isMarked } from './static/elements/message-text.js'", 'isMarked(text)'],
  ["import { blocks } from './static/lib/text-blocks.js'", 'blocks(text)'],
  ["import { linkify } from './static/lib/links.js'", 'linkify(text)'],
  ["import { mask } from './static/lib/masking.js'", "mask(text, ['card', 'password', 'token'])"],
  ["import { splitExcerpt } from './static/lib/search-excerpt.js'", 'splitExcerpt(text)'],
  [
    "import { markMatches } from './static/lib/search-excerpt.js'",
    "markMatches(text, 'modem rings')",
  ],
];

for (const [load, call] of READERS)
  test(`no text makes an expression backtrack: ${call}`, () => {
    const program = `${load}
      for (const pump of ${JSON.stringify(PUMPS)})
        for (const first of ['', 'x', 'pw=', 'sudo ']) {
          const text = first + pump.repeat(${LENGTH} / pump.length) + '\\0';
          ${call};
        }`;
    // Again and again would take many minutes; once takes a moment.
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: new URL('../..', import.meta.url),
      timeout: 100_000,
      encoding: 'utf-8',
    });
    assert.equal(status, 0, stderr);
  });
