// Bundles the modules of the pages with Rolldown: a page then loads one module and one style sheet,
// and later the modules that it imports when they are needed. `node deploy/bundle.js [OUTPUT]`; by
// default into `bundle/`, from which a checkout is served.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { minify } from 'rolldown/utils';

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const STATIC = join(ROOT, 'static');
/** The half of the loader that the host page imports: it shares nothing with the panel. */
const BRIDGE = 'widget/bridge.js';
const LOADER = 'widget/loader.js';
const MODULE = /<script type="module" src="\{\{static\}\}\/([^"]+)"/g;
const SCRIPT = /<script src="\{\{static\}\}\/([^"]+)"/g;
const STYLES = /<link rel="stylesheet" href="\{\{static\}\}\/([^"]+)" \/>\s*/g;

/**
 * Bundle one page: its module with all that it imports at once becomes one file under the same
 * path. Modules that it imports later are files in the same folder, so that addresses relative to
 * `import.meta.url` stay right.
 *
 * @param {string} entry the path of the page's module below `static/`
 * @returns {Promise<[string, string][]>} paths and contents
 */
async function bundlePage(entry) {
  const folder = dirname(entry);
  const build = await rolldown({
    input: join(STATIC, entry),
    platform: 'browser',
    preserveEntrySignatures: false,
    tsconfig: false,
  });
  const { output } = await build.generate({
    minify: true,
    // The entry would import the group and do nothing else; the page loads the group itself.
    entryFileNames: 'entry.js',
    chunkFileNames: `${folder}/[name].js`,
    codeSplitting: { groups: [{ name: entry.slice(folder.length + 1, -3), tags: ['$initial'] }] },
  });
  await build.close();
  const chunks = output.filter(({ fileName }) => fileName !== 'entry.js');
  return chunks.map((chunk) => [chunk.fileName, 'code' in chunk ? chunk.code : '']);
}

/**
 * Minify a file that is loaded as it is.
 *
 * @param {string} name its path below `static/`
 * @returns {Promise<[string, string]>} the path and the content
 */
async function minifyAlone(name) {
  const source = await readFile(join(STATIC, name), 'utf8');
  const { code, errors } = await minify(name, source, { module: name === BRIDGE });
  if (errors.length) throw new Error(`${name}: ${errors[0]?.message}`);
  // Rolldown writes strings in backticks; the server looks for the quotes of the source.
  return [name, code.replace(/`(\{\{\w+\}\})`/, "'$1'")];
}

/**
 * Put the style sheets of a page into one, in their order. They have no relative URLs.
 *
 * @param {string} name the path of the HTML page below `static/`
 * @returns {Promise<[string, string][]>} the page and its style sheet
 */
async function joinStyles(name) {
  const html = await readFile(join(STATIC, name), 'utf8');
  const links = [...html.matchAll(STYLES)];
  const sheets = links.map(([, sheet = '']) => readFile(join(STATIC, sheet), 'utf8'));
  const joined = name.replace('.html', '.bundle.css');
  const [first = ''] = links[0] ?? [];
  const page = html
    .replace(first, `<link rel="stylesheet" href="{{static}}/${joined}" />\n    `)
    .replaceAll(STYLES, (link, sheet) => (sheet === joined ? link : ''));
  return [
    [name, page],
    [joined, (await Promise.all(sheets)).join('\n')],
  ];
}

/**
 * @returns {Promise<{pages: string[], entries: string[], scripts: string[], all: string[]}>} paths
 *   of the HTML pages, their modules, the files that are minified alone, and all sources
 */
async function sources() {
  const names = (await readdir(STATIC, { recursive: true })).map((name) =>
    name.replaceAll('\\', '/'),
  );
  const pages = names.filter((name) => name.endsWith('.html'));
  const html = await Promise.all(pages.map((page) => readFile(join(STATIC, page), 'utf8')));
  const named = (/** @type {RegExp} */ tag) => [
    ...new Set([...html.join('').matchAll(tag)].map(([, path = '']) => path)),
  ];
  return {
    pages: pages.filter((_, at) => html[at]?.match(STYLES)),
    entries: named(MODULE),
    scripts: [...named(SCRIPT), BRIDGE, LOADER],
    all: names.filter((name) => /\.(js|css|html)$/.test(name)),
  };
}

/**
 * Hash the sources, by which the server tells whether a bundle is theirs.
 *
 * @param {string[]} names
 * @returns {Promise<Record<string, string>>} SHA-256 in hexadecimal by path
 */
async function digests(names) {
  /** @type {[string, string][]} */
  const found = [];
  for (const name of names) {
    const content = await readFile(join(STATIC, name));
    found.push([name, createHash('sha256').update(content).digest('hex')]);
  }
  return Object.fromEntries(found);
}

/** @param {string} output the folder, which is replaced */
async function bundle(output) {
  const { pages, entries, scripts, all } = await sources();
  const manifest = { sources: await digests(all) };
  const bundled = await Promise.all([...entries.map(bundlePage), ...pages.map(joinStyles)]);
  const files = [...bundled.flat(), ...(await Promise.all(scripts.map(minifyAlone)))];
  const names = files.map(([name]) => name);
  const twice = names.filter((name, at) => names.indexOf(name) !== at);
  if (twice.length) throw new Error(`two pages of a folder have a module ${twice[0]}`);
  // Renamed when it is whole: a server that starts meanwhile must not read half of it.
  const building = `${output}.${process.pid}`;
  for (const [name, content] of files) {
    await mkdir(dirname(join(building, name)), { recursive: true });
    await writeFile(join(building, name), content);
  }
  await writeFile(join(building, 'manifest.json'), JSON.stringify(manifest));
  await rm(output, { recursive: true, force: true });
  await rename(building, output);
}

await bundle(resolve(process.argv[2] ?? join(ROOT, 'bundle')));
