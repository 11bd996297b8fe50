import { build, find, setText } from '../elements/dom.js';
import { wantedLanguages } from '../elements/language-choice.js';
import { pageWords } from '../elements/page-words.js';
import { StaffBar } from '../elements/staff-bar.js';
import { Http } from '../lib/http.js';
import { HoursForm } from './hours-form.js';
import { PairingForm } from './pairing-form.js';
import { RepliesForm } from './replies-form.js';
import { SettingsSection } from './settings-section.js';
import { TargetsForm } from './targets-form.js';
import { Technicians } from './technicians.js';
import { TopicHoursForm } from './topic-hours-form.js';
import { TopicsForm } from './topics-form.js';
import { WidgetForm } from './widget-form.js';

/** @typedef {import('./settings-section.js').Site} Site */
/**
 * @typedef {{name: string, parts: {isDirty: boolean}[], element: HTMLElement,
 *   enter?: () => void}} Section
 */

/** The interval of requests for changes by other administrators, in ms. */
const POLL_MS = 30_000;
const SECTIONS = ['technicians', 'topics', 'pairing', 'replies', 'hours', 'widget'];

/**
 * The administrators' page: one section of settings at a time. No other module imports this one.
 */
class AdministrationPage {
  /** @type {Site|null} the settings as last fetched */
  site = null;
  #asked = 0;
  /** The number of the request whose answer is shown. */
  #shown = 0;
  /** @type {Map<string, HTMLElement>} */
  #marks = new Map();

  /** @param {import('../lib/i18n.js').Words} words */
  constructor(words) {
    this.words = words;
    const http = new Http(words);
    this.http = http;
    this.bar = new StaffBar(find(document, '#top'), { words, http, here: 'administration' });
    this.technicians = new Technicians({
      words,
      http,
      // The administrator may use an internal address; the link is for use from outside.
      linkTo: (path) => new URL(path, this.site?.url ?? location.href).href,
      reload: () => this.load(),
      saved: () => this.#outdate(),
      edited: () => this.showUnsaved(),
    });
    const needs = { words, store: this.#makeStore() };
    const serving = (/** @type {string} */ topic) => this.technicians.serving(topic);
    this.topics = new SettingsSection('topics', new TopicsForm(words, serving), needs);
    this.pairing = new SettingsSection('pairing', new PairingForm(words), needs);
    this.replies = new SettingsSection('replies', new RepliesForm(words), needs);
    this.hours = new SettingsSection('schedule', new HoursForm(words, http), needs);
    this.topicHours = new SettingsSection('topic_hours', new TopicHoursForm(words), needs);
    this.targets = new SettingsSection('targets', new TargetsForm(words), needs);
    const look = new WidgetForm(words);
    this.look = new SettingsSection('widget', look, needs);
    this.parts = [
      this.topics,
      this.pairing,
      this.replies,
      this.hours,
      this.topicHours,
      this.targets,
      this.look,
    ];
    /** @type {Section[]} */
    this.places = [
      { name: 'technicians', parts: [this.technicians], element: this.technicians.element },
      { name: 'topics', parts: [this.topics], element: this.topics.form.element },
      { name: 'pairing', parts: [this.pairing], element: this.pairing.form.element },
      { name: 'replies', parts: [this.replies], element: this.replies.form.element },
      {
        name: 'hours',
        parts: [this.hours, this.topicHours, this.targets],
        element: build(
          'div',
          { className: 'forms' },
          this.hours.form.element,
          this.topicHours.form.element,
          this.targets.form.element,
        ),
      },
      { name: 'widget', parts: [this.look], element: look.place, enter: () => look.enter() },
    ];
  }

  async start() {
    const { words } = this;
    document.title = words.say('administration');
    setText(find(document, '#title'), words.say('administration'));
    this.#buildSections();
    window.addEventListener('hashchange', () => this.#enter());
    window.addEventListener('beforeunload', (event) => {
      if (this.places.some(isDirty)) event.preventDefault();
    });
    document.addEventListener('visibilitychange', () => this.#lookAgain());
    setInterval(() => this.#lookAgain(), POLL_MS);
    // Not before there is something in them: input before that would be overwritten.
    find(document, '#places').hidden = true;
    await this.load();
    this.#enter();
  }

  /**
   * Fetch the settings; unsaved changes are kept. An answer is dropped if a later request was
   * answered before it, or something was saved since: it would show what was there before.
   */
  async load() {
    const problem = find(document, '#problem');
    this.#asked += 1;
    const turn = this.#asked;
    try {
      const [site, people, account] = await Promise.all([
        this.http.get('/admin/site'),
        this.http.get('/admin/technicians'),
        this.http.get('/account'),
      ]);
      if (turn < this.#shown) return;
      this.bar.show({ name: account.technician.name, administers: true });
      setText(problem, '');
      this.technicians.showTechnicians(people.technicians, site.topics);
      this.showSite(site);
      this.#shown = turn;
      find(document, '#places').hidden = false;
    } catch (error) {
      const { code, message } = /** @type {import('../lib/http.js').Problem} */ (error);
      if (code === 'not_signed_in' && !this.site) location.assign('/login?next=/administration');
      setText(problem, message);
    }
  }

  /** @param {Site} site */
  showSite(site) {
    this.site = site;
    for (const part of this.parts) part.load(site);
    this.technicians.offerTopics(site.topics);
  }

  showUnsaved() {
    for (const place of this.places ?? []) {
      const mark = this.#marks.get(place.name);
      if (mark) mark.hidden = !isDirty(place);
    }
  }

  /** @returns {import('./settings-section.js').SettingsStore} */
  #makeStore() {
    return {
      current: () => this.site,
      save: (name, value, revision) =>
        this.http.post('/admin/site', { [name]: value, seen: { [name]: revision } }),
      reload: () => this.load(),
      saved: (site) => {
        this.#outdate();
        this.showSite(site);
      },
      edited: () => this.showUnsaved(),
    };
  }

  /** Drop the answers to requests that are under way. */
  #outdate() {
    this.#asked += 1;
    this.#shown = this.#asked;
  }

  #lookAgain() {
    if (document.visibilityState === 'visible') this.load();
  }

  #buildSections() {
    const { words } = this;
    const links = this.places.map(({ name }) => {
      const mark = build(
        'span',
        { className: 'mark', hidden: true },
        build('span', { className: 'hidden-label' }, words.say('unsavedMark')),
      );
      this.#marks.set(name, mark);
      return build('a', { href: `#${name}`, 'data-place': name }, words.say(`place.${name}`), mark);
    });
    const sections = find(document, '#sections');
    sections.setAttribute('aria-label', words.say('sections'));
    sections.append(...links);
    find(document, '#places').append(...this.places.map(({ element }) => element));
  }

  #enter() {
    const wanted = location.hash.slice(1);
    const here = SECTIONS.includes(wanted) ? wanted : 'technicians';
    for (const { name, element, enter } of this.places) {
      const link = find(document, `[data-place="${name}"]`);
      element.hidden = name !== here;
      if (name !== here) link.removeAttribute('aria-current');
      else {
        link.setAttribute('aria-current', 'page');
        enter?.();
      }
    }
  }
}

/** @param {Section} place */
function isDirty({ parts }) {
  return parts.some((part) => part.isDirty);
}

await new AdministrationPage(await pageWords('administration', wantedLanguages())).start();
