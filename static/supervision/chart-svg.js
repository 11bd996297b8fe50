import { build } from '../elements/dom.js';
import { bands, labelEvery, part, path, roundUp, roundUpDuration, runs } from './chart.js';

/** @typedef {import('./chart.js').Hour} Hour */

const SVG = 'http://www.w3.org/2000/svg';
const HEIGHT = 200;
const TOP = 12;
const BOTTOM = 26;
const SIDE = 44;
const LABEL = 52;

/**
 * @param {string} tag
 * @param {Record<string, string|number>} attributes
 * @param {...(Node|string)} children
 */
export function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * Build an SVG image with a title and a description for screen readers. Its `name` must be unique
 * on the page.
 *
 * @param {{name: string, title: string, description: string, width: number, height: number,
 *   className: string}} what
 * @param {Node[]} parts
 */
export function picture({ name, title, description, width, height, className }, parts) {
  return svg(
    'svg',
    {
      class: className,
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-labelledby': `${name}-title ${name}-text`,
    },
    svg('title', { id: `${name}-title` }, title),
    svg('desc', { id: `${name}-text` }, description),
    ...parts,
  );
}

/**
 * Draw the conversations per hour or day as bars, and the first reply as a line over them.
 *
 * @param {Hour[]} hours
 * @param {number} width px
 * @param {{title: string, description: string, hour: (at: number) => string,
 *   duration: (ms: number) => string}} words
 */
export function hoursPicture(hours, width, { title, description, hour, duration }) {
  const inner = { width: Math.max(80, width - 2 * SIDE), height: HEIGHT - TOP - BOTTOM };
  const most = roundUp(Math.max(...hours.map(({ conversations }) => conversations)));
  const longest = roundUpDuration(Math.max(0, ...hours.map((each) => each.first_reply ?? 0)));
  const places = bands(hours.length, inner.width);
  const floor = TOP + inner.height;
  const every = labelEvery(hours.length, inner.width, LABEL);
  const bars = hours.map(({ conversations }, number) => {
    const height = part(conversations, most, inner.height);
    const { x = 0, size = 0 } = places[number] ?? {};
    return svg('rect', {
      class: 'bar',
      x: SIDE + x,
      y: floor - height,
      width: size,
      height,
      rx: 3,
    });
  });
  const points = hours.map(({ first_reply: reply }, number) =>
    reply === null
      ? null
      : { x: SIDE + (places[number]?.middle ?? 0), y: floor - part(reply, longest, inner.height) },
  );
  const lines = runs(points).map((run) => svg('path', { class: 'line', d: path(run) }));
  const dots = points
    .filter((point) => point !== null)
    .map(({ x, y }) => svg('circle', { class: 'dot', cx: x, cy: y, r: 3.5 }));
  const labels = hours.map(({ at }, number) =>
    number % every === 0 ? text(SIDE + (places[number]?.middle ?? 0), HEIGHT - 8, hour(at)) : '',
  );
  const end = SIDE + inner.width;
  return picture({ name: 'hours', title, description, width, height: HEIGHT, className: 'hours' }, [
    ...[0, 0.5, 1].map((share) => rule(SIDE, end, floor - share * inner.height)),
    text(SIDE - 8, TOP + 4, String(most), 'end'),
    text(SIDE - 8, floor + 4, '0', 'end'),
    ...(dots.length ? [text(end + 8, TOP + 4, duration(longest), 'start')] : []),
    ...bars,
    ...lines,
    ...dots,
    ...labels.filter((label) => label !== ''),
  ]);
}

/**
 * Draw a bar up to the median and a paler one up to the 90th percentile.
 *
 * @param {{median: number, p90: number}} spread
 * @param {{name: string, title: string, description: string}} words
 */
export function spreadPicture({ median, p90 }, words) {
  const [width, height] = [200, 10];
  const end = roundUpDuration(p90);
  const bar = (/** @type {string} */ name, /** @type {number} */ value) =>
    svg('rect', { class: name, width: part(value, end, width), height, rx: 5 });
  const parts = [bar('track', end), bar('long', p90), bar('middle', median)];
  const element = picture({ ...words, width, height, className: 'spread' }, parts);
  element.setAttribute('preserveAspectRatio', 'none');
  return element;
}

/**
 * @param {string[]} headings
 * @param {string[][]} rows the first cell of each is its heading
 */
export function table(headings, rows) {
  const head = headings.map((heading) => build('th', { scope: 'col' }, heading));
  const lines = rows.map(([name = '', ...cells]) =>
    build(
      'tr',
      {},
      build('th', { scope: 'row', dir: 'auto' }, name),
      ...cells.map((cell) => build('td', {}, cell)),
    ),
  );
  return build(
    'table',
    {},
    build('thead', {}, build('tr', {}, ...head)),
    build('tbody', {}, ...lines),
  );
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} content
 * @param {string} [anchor]
 */
function text(x, y, content, anchor = 'middle') {
  return svg('text', { x, y, 'text-anchor': anchor, 'aria-hidden': 'true' }, content);
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} y
 */
function rule(from, to, y) {
  return svg('line', { class: 'rule', x1: from, x2: to, y1: y, y2: y });
}
