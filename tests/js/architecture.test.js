import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { test } from 'node:test';

const STATIC = new URL('../../static/', import.meta.url);

/** Matches `from '…'`, `import '…'` and `import('…')`; the last one stands in JSDoc types, too. */
const IMPORT = /\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g;

/**
 * The modules of the pages, each with the modules that it names: imported at once, when they are
 * needed, or for their types only.
 *
 * @returns {Promise<Map<string, Set<string>>>} by paths below static/
 */
async function modules() {
  const files = (await readdir(STATIC, { recursive: true })).filter((name) => name.endsWith('.js'));
  const sources = await Promise.all(files.map((file) => readFile(new URL(file, STATIC), 'utf8')));
  return new Map(files.map((file, at) => [file, imports(file, sources[at] ?? '')]));
}

/**
 * @param {string} file
 * @param {string} source
 */
function imports(file, source) {
  const here = new URL(file, STATIC);
  const named = [...source.matchAll(IMPORT)].map(([, path = '']) => new URL(path, here).href);
  return new Set(named.map((href) => href.slice(STATIC.href.length)));
}

/**
 * Find the circles of a graph: each is a set of nodes that all reach one another.
 *
 * @param {Map<string, Set<string>>} graph
 */
function circles(graph) {
  const reached = new Map([...graph.keys()].map((node) => [node, reach(graph, node)]));
  const isBack = (/** @type {string} */ from, /** @type {string} */ to) =>
    reached.get(from)?.has(to) && reached.get(to)?.has(from);
  const nodes = [...graph.keys()].filter((node) => isBack(node, node));
  return new Set(nodes.map((node) => nodes.filter((other) => isBack(node, other)).join(' ')));
}

/**
 * @param {Map<string, Set<string>>} graph
 * @param {string} from
 */
function reach(graph, from) {
  /** @type {Set<string>} */
  const found = new Set();
  const open = [from];
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const next of graph.get(node) ?? [])
      if (!found.has(next)) {
        found.add(next);
        open.push(next);
      }
  return found;
}

test('no module depends on itself, not even by its types', async () => {
  assert.deepEqual([...circles(await modules())], []);
});

/** Folders with modules that every page may use. */
const SHARED = ['lib', 'elements'];
/** The form that sends a transcript by e-mail is the archive's; the widget borrows it. */
const BORROWED = new Set(['widget/transcript-mail.js']);

test('a page imports its own modules and the shared ones only', async () => {
  /** @type {string[]} */
  const strays = [];
  for (const [file, named] of await modules()) {
    const folder = folderOf(file);
    const allowed = folder === 'lib' ? ['lib'] : [...SHARED, folder];
    for (const other of named)
      if (!allowed.includes(folderOf(other)) && !BORROWED.has(file))
        strays.push(`${file} -> ${other}`);
  }
  assert.deepEqual(strays, []);
});

test('no module imports the root module of a page', async () => {
  const files = await readdir(STATIC, { recursive: true });
  const pages = files.filter((name) => name.endsWith('.html'));
  const sources = await Promise.all(pages.map((file) => readFile(new URL(file, STATIC), 'utf8')));
  const roots = sources.flatMap((source) =>
    [...source.matchAll(/type="module" src="\{\{static\}\}\/([^"]+)"/g)].map(([, path]) => path),
  );
  assert.ok(roots.length >= 7, roots.join(' '));
  const graph = await modules();
  for (const root of roots)
    for (const [file, named] of graph)
      assert.equal(named.has(root ?? ''), false, `${file}: ${root}`);
  const users = [...graph]
    .filter(([, named]) => named.has('widget/panel.js'))
    .map(([file]) => file);
  assert.deepEqual(users, ['widget/widget.js']);
});

/** @param {string} file */
function folderOf(file) {
  return file.split('/')[0] ?? '';
}
