import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const STATIC = new URL('../../static/', import.meta.url);

test('every custom property that a style uses is defined', async () => {
  const names = (await readdir(STATIC, { recursive: true })).filter((name) =>
    /\.(css|js)$/.test(name),
  );
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, STATIC), 'utf8')));
  const all = texts.join('\n');
  const used = [...all.matchAll(/var\((--[\w-]+)/g)].map(([, name]) => name);
  const defined = [...all.matchAll(/(--[\w-]+)\s*:|setProperty\(\s*'(--[\w-]+)'/g)].map(
    ([, name, set]) => name ?? set,
  );
  assert.deepEqual(
    [...new Set(used)].filter((name) => !defined.includes(name)),
    [],
  );
});
