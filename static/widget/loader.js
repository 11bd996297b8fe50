// The only script of a host page. It draws the button and loads nothing more until a click, or at
// once if a conversation was left open on an earlier page. It also stores the values of the panel,
// in the host page's own storage.
(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const origin = new URL(script.src).origin;
  const NAME = 'chatserver';
  const LEFT = `${NAME}.left`;
  /** @type {any} */
  const page = window;
  const asked = page[NAME]?.q || [];
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
  const frame = document.createElement('iframe');
  button.append(badge);
  frame.allow = 'clipboard-write;microphone';
  frame.hidden = true;
  root.append(button);

  const draw = () => {
    const { accent, position, zIndex, label } = chosen;
    const side = position === 'left' ? 'left' : 'right';
    // Black or white text, whichever has more contrast; at a lightness of 49.5 both have the same.
    sheet.replaceSync(`:host{all:initial;inset:auto;overflow:visible}
button,iframe{position:fixed;${side}:20px;z-index:${+zIndex || 2147483647};border:0;box-shadow:0 6px 24px #0006}
button{bottom:20px;width:60px;height:60px;padding:0;border-radius:50%;cursor:pointer;background:${accent};color:#fff;color:lch(from ${accent} clamp(0,(49.5 - l)*99,100) 0 0)}
button:focus-visible{outline:3px solid;box-shadow:0 0 0 6px ${accent}}
button::before{content:'';display:block;margin:auto;width:22px;height:16px;border:3px solid;border-radius:11px 11px 11px 2px}
b{position:absolute;top:-4px;right:-4px;padding:0 7px;border-radius:11px;background:#b3261e;color:#fff;font:600 13px/22px system-ui}
b:empty,[hidden]{display:none}
iframe{bottom:92px;width:392px;height:min(640px,100dvh - 112px);border-radius:12px;background:Canvas;color-scheme:light dark}
@media(max-width:480px){iframe{inset:var(--top,0) 0 auto;width:100%;height:var(--height,100dvh);border-radius:0}}`);
    frame.title = button.ariaLabel = label || 'Support chat';
  };
  /** @type {Window|null} the panel, once it is ready */
  let panel = null;
  /** @param {string} name @param {unknown} [value] */
  const tell = (name, value) => panel?.postMessage({ [NAME]: name, value }, origin);
  /** @param {string} name @param {unknown} [value] */
  const emit = (name, value) => (listeners[name] || []).forEach((heard) => heard(value));
  /** @template T @param {(storage: Storage) => T} touch an access that the browser may block */
  const stored = (touch) => {
    try {
      return touch(localStorage);
    } catch {}
  };
  /** @param {string|null} key */
  const isOurs = (key) => `${key}`.startsWith(`${NAME}.`);
  const load = () => {
    if (frame.isConnected) return;
    // The panel needs the origin for its messages; the query of the page may be private and is not
    // passed on.
    frame.src = `${origin}/widget#${encodeURIComponent(location.origin + location.pathname)}`;
    root.append(frame);
  };
  /** @param {boolean} open */
  const show = (open) => {
    if (open !== frame.hidden) return;
    load();
    frame.hidden = !open;
    button.ariaExpanded = `${open}`;
    tell('shown', open);
    (open ? frame : button).focus();
    emit(open ? 'open' : 'close');
  };
  /** @param {number} [count] */
  const mark = (count) => {
    badge.textContent = `${count || ''}`;
    document.title = (count ? `(${count}) ` : '') + document.title.replace(/^\(\d+\) /, '');
  };
  /** Remove everything that was stored and end the session of the customer. */
  const leave = () => {
    stored((storage) =>
      Object.keys(storage).forEach((key) => isOurs(key) && storage.removeItem(key)),
    );
    show(false);
    frame.remove();
    panel = null;
    delete chosen.identity;
    mark();
  };
  /** @type {Record<string, (value?: any, heard?: any) => void>} */
  const commands = {
    open: () => show(true),
    close: () => show(false),
    toggle: () => show(frame.hidden),
    set: (values) => {
      Object.assign(chosen, values);
      draw();
      tell('set', chosen);
    },
    identify: (identity) => commands.set?.({ identity }),
    logout: () => {
      // The storage event tells the other tabs.
      stored((storage) => storage.setItem(LEFT, '1'));
      leave();
    },
    on: (name, heard) => {
      listeners[name] ||= [];
      listeners[name].push(heard);
    },
  };
  button.addEventListener('click', () => show(frame.hidden));
  // On a phone the panel ends above the on-screen keyboard.
  visualViewport?.addEventListener('resize', () => {
    const { height, offsetTop, scale } = /** @type {VisualViewport} */ (visualViewport);
    if (scale === 1) host.style.cssText = `--top:${offsetTop}px;--height:${height}px`;
  });
  addEventListener('storage', ({ key, newValue }) => {
    if (key === LEFT) leave();
    else if (isOurs(key)) tell('stored', [key, newValue]);
  });
  addEventListener('message', (event) => {
    if (event.origin !== origin || event.source !== frame.contentWindow) return;
    const { [NAME]: name, value } = event.data || {};
    if (name === 'ready') {
      panel = frame.contentWindow;
      const kept = stored((storage) =>
        Object.fromEntries(Object.entries(storage).filter(([key]) => isOurs(key))),
      );
      tell('start', { kept, chosen, open: !frame.hidden });
    } else if (name === 'close') show(false);
    else if (name === 'store' && isOurs(value[0])) {
      const [key, text] = value;
      stored((storage) => (text === null ? storage.removeItem(key) : storage.setItem(key, text)));
    } else {
      if (name === 'unread') mark(value);
      emit(name, value);
    }
  });
  /** @param {string} name @param {...any} values */
  page[NAME] = (name, ...values) => commands[name]?.(...values);
  const start = () => {
    draw();
    // The top layer is above every z-index of the page.
    host.popover = 'manual';
    // Outside the body, which single-page applications replace.
    document.documentElement.append(host);
    host.showPopover?.();
    stored((storage) => storage[`${NAME}.open`] && load());
    for (const each of asked) page[NAME](...each);
  };
  if (document.body) start();
  else addEventListener('DOMContentLoaded', start);
})();
