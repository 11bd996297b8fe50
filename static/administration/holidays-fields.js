import { build } from '../elements/dom.js';
import { Field, select } from './field.js';

/** @typedef {{day: string, name: string}} Holiday */

/** The country and region whose public holidays are observed, and the next of these days. */
export class HolidaysFields {
  #asked = '';

  /**
   * @param {import('../lib/i18n.js').Words} words
   * @param {import('../lib/http.js').Http} http
   * @param {() => void} changed
   */
  constructor(words, http, changed) {
    this.words = words;
    this.http = http;
    this.changed = changed;
    this.country = new Field(words.say('country'), select([['', words.say('noHolidays')]]));
    this.region = new Field(words.say('region'), select([['', words.say('wholeCountry')]]));
    this.region.element.hidden = true;
    this.days = build('ul', { className: 'holidays' });
    this.country.control.addEventListener('change', () => this.#choose(''));
    this.region.control.addEventListener('change', () => this.#choose(this.region.control.value));
    this.element = build(
      'fieldset',
      {},
      build('legend', {}, words.say('holidays')),
      build('div', { className: 'pair' }, this.country.element, this.region.element),
      this.days,
    );
  }

  value() {
    return {
      country: this.country.control.value || null,
      region: this.region.control.value || null,
    };
  }

  /** @param {{country: string|null, region: string|null}} chosen */
  show({ country, region }) {
    // The chosen values are shown before their names are loaded.
    offer(this.country.control, country ?? '', country ?? '');
    offer(this.region.control, region ?? '', region ?? '');
    this.#load(country ?? '', region ?? '');
  }

  /** @param {string} region */
  async #choose(region) {
    await this.#load(this.country.control.value, region);
    this.changed();
  }

  /**
   * @param {string} country
   * @param {string} region
   */
  async #load(country, region) {
    const asked = `${country} ${region}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    if (!country) this.region.control.value = '';
    try {
      const query = new URLSearchParams({ country, region });
      const found = await this.http.get(`/admin/holidays?${query}`);
      // Drop the answer for a choice that has changed meanwhile.
      if (asked === this.#asked) this.#offer(found, country, region);
    } catch (error) {
      this.#asked = '';
      this.country.showError(/** @type {Error} */ (error).message);
    }
  }

  /**
   * @param {{countries: string[], regions: {id: string, name: string}[], days: Holiday[]}} found
   * @param {string} country
   * @param {string} region
   */
  #offer({ countries, regions, days }, country, region) {
    const { words } = this;
    const names = new Intl.DisplayNames(words.locale, { type: 'region' });
    const named = countries.map((code) => ({ id: code, name: names.of(code) ?? code }));
    named.sort((a, b) => a.name.localeCompare(b.name, words.locale));
    fill(this.country.control, words.say('noHolidays'), named, country);
    fill(this.region.control, words.say('wholeCountry'), regions, region);
    this.region.element.hidden = regions.length === 0;
    const form = new Intl.DateTimeFormat(words.locale, { dateStyle: 'full', timeZone: 'UTC' });
    this.days.replaceChildren(
      ...days.map(({ day, name }) =>
        build(
          'li',
          {},
          build('span', {}, form.format(new Date(day))),
          build('span', { className: 'soft' }, name),
        ),
      ),
    );
  }
}

/**
 * @param {HTMLSelectElement} control
 * @param {string} value
 * @param {string} name
 */
function offer(control, value, name) {
  if (![...control.options].some((option) => option.value === value))
    control.append(build('option', { value }, name));
  control.value = value;
}

/**
 * @param {HTMLSelectElement} control
 * @param {string} none
 * @param {{id: string, name: string}[]} items
 * @param {string} chosen
 */
function fill(control, none, items, chosen) {
  const options = items.map(({ id, name }) => build('option', { value: id }, name));
  control.replaceChildren(build('option', { value: '' }, none), ...options);
  offer(control, chosen, chosen);
}
