// The only file a host page loads. It draws the bubble and loads nothing more until a click, or
// until it finds that a conversation was left open on an earlier page. What the panel stores, it
// stores here, in the host page's own storage.
(() => {
  'use strict';
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const origin = new URL(script.src).origin;
  const NAME = 'chatserver';
  const PHONE = '(max-width: 480px)';
  /** @type {any} */
  const page = window;
  const asked = (page[NAME] || {}).q || [];
  /** @type {Record<string, any>} */
  const chosen = { .../** @type {any} */ ('{{site}}'), ...script.dataset };
  /** @type {Record<string, ((value: unknown) => void)[]>} */
  const listeners = {};
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  root.adoptedStyleSheets = [sheet];
  const button = document.createElement('button');
  const badge = document.createElement('b');
  button.type = 'button';
  button.append(badge);
  root.append(button);

  const draw = () => {
    const { accent, position, zIndex, label } = chosen;
    const side = position === 'left' ? 'left' : 'right';
    // Black or white, whichever stands out more (WCAG 2.2, relative luminance with gamma 2.2).
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => (+`0x${accent.slice(at, at + 2)}` / 255) ** 2.2);
    const ink = 0.21 * r + 0.72 * g + 0.07 * b > 0.18 ? '#000' : '#fff';
    sheet.replaceSync(`:host{all:initial;inset:auto;overflow:visible}
button,iframe{position:fixed;${side}:20px;z-index:${+zIndex || 2147483647};border:0}
button{bottom:20px;width:60px;height:60px;padding:0;border-radius:50%;cursor:pointer;background:${accent};color:${ink};box-shadow:0 6px 24px #0008}
button:focus-visible{outline:3px solid ${ink};box-shadow:0 0 0 6px ${accent}}
button::before{content:'';display:block;margin:auto;width:28px;height:22px;box-sizing:border-box;border:3px solid;border-radius:11px 11px 11px 2px}
b{position:absolute;top:-4px;right:-4px;min-width:22px;padding:0 6px;box-sizing:border-box;border-radius:11px;background:#b3261e;color:#fff;font:600 13px/22px system-ui}
b:empty,[hidden]{display:none!important}
iframe{bottom:92px;width:392px;height:min(640px,100dvh - 112px);border-radius:12px;box-shadow:0 6px 24px #0008;background:Canvas;color-scheme:light dark}
@media ${PHONE}{iframe{inset:0;width:100%;height:100dvh;border-radius:0}}`);
    button.ariaLabel = label || 'Support chat';
  };
  /** @type {HTMLIFrameElement|undefined} */
  let frame;
  let ready = false;
  /** @param {string} name @param {unknown} [value] */
  const tell = (name, value) => {
    if (frame && ready) frame.contentWindow?.postMessage({ [NAME]: name, value }, origin);
  };
  /** @param {string} name @param {unknown} [value] */
  const emit = (name, value) => (listeners[name] || []).forEach((heard) => heard(value));
  /** @template T @param {() => T} touch what a browser may forbid @returns {T|undefined} */
  const stored = (touch) => {
    try {
      return touch();
    } catch {
      return undefined;
    }
  };
  /** @param {string|null} key */
  const isOurs = (key) => `${key}`.startsWith(`${NAME}.`);
  const keys = () => Object.keys(localStorage).filter(isOurs);
  const load = () => {
    frame = document.createElement('iframe');
    // The panel speaks to this origin only; the page's query may be private and stays here.
    frame.src = `${origin}/widget#${encodeURIComponent(location.origin + location.pathname)}`;
    frame.title = `${button.ariaLabel}`;
    frame.allow = 'clipboard-write';
    frame.hidden = true;
    root.append(frame);
    return frame;
  };
  /** On a phone the panel ends where the keyboard begins. */
  const fit = () => {
    const seen = visualViewport;
    if (!frame || !seen) return;
    const covered = matchMedia(PHONE).matches && seen.height < innerHeight - 1;
    frame.style.height = covered ? `${seen.height}px` : '';
    frame.style.top = covered ? `${seen.offsetTop}px` : '';
  };
  const isOpen = () => !!frame && !frame.hidden;
  /** @param {boolean} open */
  const show = (open) => {
    if (open === isOpen()) return;
    const panel = frame || load();
    panel.hidden = !open;
    button.ariaExpanded = `${open}`;
    // The top layer stands above every z-index of the page.
    if (open) host.showPopover?.();
    fit();
    tell('shown', open);
    (open ? panel : button).focus();
    emit(open ? 'open' : 'close');
  };
  const wipe = () => {
    stored(() => keys().forEach((key) => localStorage.removeItem(key)));
    frame?.remove();
    frame = undefined;
    ready = false;
    badge.textContent = '';
    button.ariaExpanded = 'false';
  };
  /** @type {Record<string, (value?: any, heard?: any) => void>} */
  const commands = {
    open: () => show(true),
    close: () => show(false),
    toggle: () => show(!isOpen()),
    set: (values) => {
      Object.assign(chosen, values);
      draw();
      tell('set', values);
    },
    identify: (identity) => page[NAME]('set', { identity }),
    logout: () => {
      wipe();
      delete chosen.identity;
    },
    on: (name, heard) => (listeners[name] ||= []).push(heard),
  };
  button.addEventListener('click', () => show(!isOpen()));
  visualViewport?.addEventListener('resize', fit);
  addEventListener('message', (event) => {
    if (event.origin !== origin || !frame || event.source !== frame.contentWindow) return;
    const { [NAME]: name, value } = event.data || {};
    if (name === 'ready') {
      ready = true;
      const kept = stored(() => Object.fromEntries(keys().map((key) => [key, localStorage[key]])));
      tell('start', { kept, chosen: { ...chosen }, open: isOpen() });
    } else if (name === 'close') show(false);
    else if (name === 'unread') {
      badge.textContent = value || '';
      emit('unread', value);
    } else if (name === 'store' && isOurs(value[0])) {
      const [key, text] = value;
      stored(() => (text === null ? localStorage.removeItem(key) : localStorage.setItem(key, text)));
    }
  });
  /** @param {string} name @param {...any} values */
  page[NAME] = (name, ...values) => commands[name]?.(...values);
  // Other tabs of the page write to the same storage.
  addEventListener('storage', ({ key, newValue }) => isOurs(key) && tell('stored', [key, newValue]));
  const start = () => {
    draw();
    host.popover = 'manual';
    document.body.append(host);
    host.showPopover?.();
    stored(() => localStorage[`${NAME}.open`] && load());
    for (const each of asked) page[NAME](...each);
  };
  if (document.body) start();
  else addEventListener('DOMContentLoaded', start);
})();
