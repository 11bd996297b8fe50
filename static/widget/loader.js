// The only script of a host page. It draws the button and loads nothing more until a click, or at
// once if a conversation was left open on an earlier page: then the panel in its frame, and
// bridge.js, which talks to it.
(() => {
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  const origin = new URL(script.src).origin;
  const NAME = 'chatserver';
  /** @type {any} */
  const page = window;
  /** @type {any} */
  const here = document;
  const asked = page[NAME]?.q || [];
  /** @type {Record<string, any>} */
  const chosen = { .../** @type {any} */ ('{{site}}'), ...script.dataset };
  /** @type {Record<string, ((value: unknown) => void)[]>} */
  const listeners = {};
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  root.adoptedStyleSheets = [sheet];
  const box = document.createElement('dialog');
  const layer = document.createElement('div');
  const button = document.createElement('button');
  const badge = document.createElement('b');
  const frame = document.createElement('iframe');
  // Rules of the page win over those of a shadow root, but not over these.
  host.style.cssText = 'all:initial!important';
  // Apart from the dialog: one that is shown as a popover takes the focus from the page.
  layer.popover = 'manual';
  frame.allow = 'clipboard-write;microphone';
  frame.hidden = true;
  root.append(box);
  box.append(layer);
  layer.append(button);
  button.append(badge);

  const draw = () => {
    const { accent, position, zIndex, label } = chosen;
    const side = position === 'left' ? 'left' : 'right';
    // Black or white text, whichever has more contrast; at a lightness of 49.5 both have the same.
    // Heights are shares of the window: a page's zoom enlarges lengths, also those in dvh.
    sheet.replaceSync(`dialog,div{all:initial}
button,iframe{position:fixed;${side}:20px;z-index:${+zIndex || 2147483647};border:0;box-shadow:0 6px 24px #0006}
button{bottom:20px;width:60px;height:60px;padding:0;border-radius:50%;cursor:pointer;background:${accent};color:#fff;color:lch(from ${accent} clamp(0,(49.5 - l)*99,100) 0 0)}
button:focus-visible{outline:3px solid;box-shadow:0 0 0 6px ${accent}}
button::before{content:'';display:block;margin:auto;width:22px;height:16px;border:3px solid;border-radius:11px 11px 11px 2px}
b{position:absolute;top:-4px;right:-4px;padding:0 7px;border-radius:11px;background:#b3261e;color:#fff;font:600 13px/22px system-ui}
b:empty,[hidden],::backdrop{display:none}
iframe{bottom:92px;width:392px;height:640px;max-height:calc(100% - 112px);border-radius:12px;background:Canvas;color-scheme:light dark}
@media(max-width:480px),(max-height:480px){iframe{inset:var(--top,0) 0 auto;width:100%;height:var(--height,100dvh);max-height:100%;border-radius:0}}
@media print{dialog{display:none}}`);
    frame.title = label || 'Support chat';
    const count = badge.textContent;
    button.ariaLabel = frame.title + (count && ` (${count})`);
  };
  /** Be in the top layer, above all others, and not inert beside a modal dialog or full screen. */
  const raise = () => {
    box.close();
    layer.hidePopover?.();
    if (!frame.hidden && document.querySelector(':modal')) box.showModal();
    layer.showPopover?.();
  };
  /** @param {Element} parent */
  const place = (parent) => {
    parent.append(host);
    raise();
  };
  /** @param {string} name @param {unknown} [value] */
  const emit = (name, value) => listeners[name]?.forEach((heard) => heard(value));
  /** @template T @param {(storage: Storage, keys: string[]) => T} touch may be blocked */
  const stored = (touch) => {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(`${NAME}.`));
      return touch(localStorage, keys);
    } catch {}
  };
  /** @param {string} name @param {unknown} [value] */
  const ask = (name, value) =>
    frame.isConnected &&
    import(`${origin}/widget/bridge.js`).then(
      (bridge) => bridge[name](parts, value),
      () => {},
    );
  const load = () => {
    if (frame.isConnected) return;
    // The panel sends its messages to this origin.
    frame.src = `${origin}/widget#${location.origin}`;
    layer.append(frame);
    ask('begin');
  };
  /** @param {boolean} open */
  const show = (open) => {
    if (open !== frame.hidden) return;
    // Outside the body, which single-page applications replace.
    if (!frame.isConnected) place(document.documentElement);
    load();
    // A page may have moved the focus since the click that closes: it stays there.
    if (root.activeElement) button.focus();
    frame.hidden = !open;
    raise();
    button.ariaExpanded = `${open}`;
    ask('tell', ['shown', open]);
    if (open) frame.focus();
    emit(open ? 'open' : 'close');
  };
  /** Remove everything that was stored and end the session of the customer. */
  const leave = () => {
    stored((storage, keys) => keys.forEach((key) => storage.removeItem(key)));
    show(false);
    ask('unread', 0);
    frame.remove();
    delete chosen.identity;
  };
  /** @type {Record<string, (value?: any, heard?: any) => void>} */
  const commands = {
    open: () => show(true),
    close: () => show(false),
    toggle: () => show(frame.hidden),
    set: (values) => {
      Object.assign(chosen, values);
      draw();
      ask('tell', ['set', chosen]);
    },
    identify: (identity) => commands.set?.({ identity }),
    logout: () => {
      // The storage event tells the other tabs.
      stored((storage) => (storage[`${NAME}.left`] = 1));
      leave();
    },
    on: (name, heard) => {
      listeners[name] ||= [];
      listeners[name].push(heard);
    },
  };
  const parts = { origin, chosen, badge, button, frame, draw, emit, leave, show, stored };
  // Before the page's own listeners: those that keep the focus in a dialog take clicks elsewhere.
  for (const name of ['click', 'focusin'])
    addEventListener(
      name,
      (event) => {
        if (event.target !== host) return;
        event.stopPropagation();
        if (name === 'click') show(frame.hidden);
      },
      true,
    );
  box.oncancel = () => show(false);
  addEventListener('message', (event) => ask('hear', event));
  const begin = () => {
    draw();
    // At the end of the body, where React tolerates it when it hydrates a document.
    place(document.body);
    for (const name of ['toggle', 'fullscreenchange']) addEventListener(name, raise, true);
    new MutationObserver(() => host.isConnected || place(document.documentElement)).observe(
      document,
      { childList: true, subtree: true },
    );
    stored((storage) => storage[`${NAME}.open`] && load());
    /** @param {string} name @param {...any} values */
    return (name, ...values) => commands[name]?.(...values);
  };
  const start = () => {
    // A page that runs its scripts again (Turbo, htmx) has its bubble.
    page[NAME] = here[NAME] ||= begin();
    for (const each of asked) page[NAME](...each);
  };
  // What the parser adds to the body later would stand behind the bubble, and React complains.
  if (document.readyState === 'loading') addEventListener('DOMContentLoaded', start);
  else start();
})();
