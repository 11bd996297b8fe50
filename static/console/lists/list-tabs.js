import { build, setText } from '../../elements/dom.js';

/** @typedef {{key: string, parts: HTMLElement[], onshow?: () => void}} Tab */

/** Tabs over lists of which one is shown; arrow keys move between the tabs. */
export class ListTabs {
  /**
   * @param {import('../../lib/i18n.js').Words} words
   * @param {Tab[]} tabs
   */
  constructor(words, tabs) {
    this.chosen = 0;
    this.tabs = tabs;
    this.counts = tabs.map(() => build('span', { className: 'count' }));
    this.buttons = tabs.map(({ key }, index) =>
      build(
        'button',
        {
          type: 'button',
          role: 'tab',
          id: `tab-${key}`,
          'aria-controls': `panel-${key}`,
          onclick: () => this.choose(index),
        },
        words.say(key),
        this.counts[index],
      ),
    );
    this.panels = tabs.map(({ key, parts }) =>
      build(
        'div',
        {
          className: 'panel',
          role: 'tabpanel',
          id: `panel-${key}`,
          'aria-labelledby': `tab-${key}`,
        },
        ...parts,
      ),
    );
    const list = build('div', { className: 'tabs', role: 'tablist' }, ...this.buttons);
    list.setAttribute('aria-label', words.say('lists'));
    list.addEventListener('keydown', (event) => this.#key(event));
    this.sections = [list, ...this.panels];
    this.choose(0);
  }

  /** @param {number} chosen */
  choose(chosen) {
    this.chosen = chosen;
    for (const [index, button] of this.buttons.entries()) {
      button.setAttribute('aria-selected', String(index === chosen));
      button.tabIndex = index === chosen ? 0 : -1;
    }
    for (const [index, panel] of this.panels.entries()) panel.hidden = index !== chosen;
    this.count(chosen, 0);
    this.tabs[chosen]?.onshow?.();
  }

  /**
   * Show on its tab how much there is to do in a list that is not shown.
   *
   * @param {number} index
   * @param {number} count
   */
  count(index, count) {
    const place = this.counts[index];
    if (place) setText(place, count && index !== this.chosen ? String(count) : '');
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.altKey) return;
    event.preventDefault();
    const towards =
      getComputedStyle(this.panels[0] ?? document.body).direction === 'rtl' ? -step : step;
    const { length } = this.buttons;
    const next = (this.chosen + towards + length) % length;
    this.choose(next);
    this.buttons[next]?.focus();
  }
}
