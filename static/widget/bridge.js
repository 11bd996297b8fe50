// The half of the loader that talks to the panel, loaded with it into the host page. It also stores
// the values of the panel, in the host page's own storage.

/**
 * @typedef {object} Loader
 * @property {string} origin of the panel
 * @property {Record<string, any>} chosen
 * @property {HTMLElement} badge
 * @property {HTMLElement} button
 * @property {HTMLIFrameElement} frame
 * @property {() => void} draw
 * @property {(name: string, value: unknown) => void} emit
 * @property {() => void} leave
 * @property {(open: boolean) => void} show
 * @property {<T>(touch: (storage: Storage, keys: string[]) => T) => T|undefined} stored
 */

const NAME = 'chatserver';
const SILENCE_MS = 10_000;

/** @type {Window|null} the panel, once it is ready */
let panel = null;
let prefix = '';
let hasBegun = false;

/** @param {Loader} loader */
export function begin(loader) {
  const { button, frame } = loader;
  panel = null;
  setTimeout(() => {
    if (panel || !frame.isConnected || !navigator.onLine) return;
    button.hidden = frame.hidden = true;
    // biome-ignore lint/suspicious/noConsole: it is for the developer of the page.
    console.error(`Is ${location.origin} in CHATSERVER_ALLOWED_ORIGINS?`);
  }, SILENCE_MS);
  if (hasBegun) return;
  hasBegun = true;
  // Pages set these on everything beside a dialog of their own, also under the open panel.
  const { host } = /** @type {ShadowRoot} */ (button.getRootNode());
  const attributeFilter = ['inert', 'aria-hidden'];
  const revive = () => attributeFilter.forEach((each) => host.removeAttribute(each));
  new MutationObserver(revive).observe(host, { attributeFilter });
  revive();
  addEventListener('storage', ({ key, newValue }) => {
    if (key === `${NAME}.left`) loader.leave();
    else if (key?.startsWith(`${NAME}.`)) tell(loader, ['stored', [key, newValue]]);
  });
  /** @type {any} */ (window).navigation?.addEventListener('currententrychange', () =>
    tellPage(loader),
  );
  // On a phone the panel ends above the on-screen keyboard.
  const view = window.visualViewport;
  view?.addEventListener('resize', () => {
    if (view.scale === 1)
      frame.style.cssText = `--top:${view.offsetTop}px;--height:${view.height}px`;
  });
}

/**
 * @param {Loader} loader
 * @param {[string, unknown]} message
 */
export function tell({ origin }, [name, value]) {
  panel?.postMessage({ [NAME]: name, value }, origin);
}

/**
 * Tell the address of the page, which single-page applications change. Its query may be private.
 *
 * @param {Loader} loader
 */
function tellPage(loader) {
  tell(loader, ['page', location.origin + location.pathname]);
}

/**
 * Show the number of unread messages on the button and before the page's own title.
 *
 * @param {Loader} loader
 * @param {number} count
 */
export function unread({ badge, draw }, count) {
  const title = document.title.replace(prefix, '');
  badge.textContent = `${count || ''}`;
  prefix = count ? `(${count}) ` : '';
  document.title = prefix + title;
  draw();
}

/**
 * @param {Loader} loader
 * @param {MessageEvent} event
 */
export function hear(loader, { source, origin, data }) {
  const { chosen, frame, stored, show, emit } = loader;
  if (origin !== loader.origin || source !== frame.contentWindow) return;
  const { [NAME]: name, value } = data || {};
  if (name === 'ready') {
    panel = frame.contentWindow;
    // A slow network may bring it after its time.
    loader.button.hidden = false;
    const kept = stored((storage, keys) =>
      Object.fromEntries(keys.map((key) => [key, storage[key]])),
    );
    // Before the start, so that the first session has it.
    tellPage(loader);
    tell(loader, ['start', { kept, chosen, open: !frame.hidden }]);
  } else if (name === 'close') show(false);
  else if (name === 'store' && value[0].startsWith(`${NAME}.`)) {
    const [key, text] = value;
    stored((storage) => (text === null ? storage.removeItem(key) : storage.setItem(key, text)));
    tell(loader, ['kept', stored((_, keys) => keys.length)]);
    // Browsers without the navigation API say nothing when the address changes.
    tellPage(loader);
  } else {
    if (name === 'unread') unread(loader, value);
    // biome-ignore lint/suspicious/noConsole: it is for the developer of the page.
    if (name === 'identity') console.error(`No identity: ${value}`);
    emit(name, value);
  }
}
