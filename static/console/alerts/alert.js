import { Emitter } from '../../lib/emitter.js';

const MIN_INTERVAL_MS = 1_000;
// Timers of hidden tabs run once a second: they ring up to a second after the one that is shown.
const RINGING_MS = 3_000;
const RINGING = 'chatserver.console.ringing';
const LOW_HZ = 587;
const HIGH_HZ = 880;

/**
 * Alerts the technician with a short sound and a notification, as far as the browser allows them.
 * Emits `state` when sound becomes audible or blocked.
 */
export class Alert extends Emitter {
  /** @type {AudioContext|null} */
  #audio = null;
  #rangAt = -Infinity;

  get isAudible() {
    return this.#audio?.state === 'running';
  }

  /** The browser's permission for notifications, or `missing` where it has none. */
  get permission() {
    return 'Notification' in window ? Notification.permission : 'missing';
  }

  /** Start the audio. Browsers allow this only in the handler of a gesture. */
  async unlock() {
    if (!this.#audio) {
      this.#audio = new AudioContext();
      this.#audio.addEventListener('statechange', () => this.emit('state'));
    }
    await this.#audio.resume();
    this.emit('state');
  }

  /** Ask for the permission to notify. Browsers allow this only in the handler of a gesture. */
  async askToNotify() {
    if (this.permission === 'default') await Notification.requestPermission();
  }

  /**
   * Alert with a sound, and with a notification if the page has no focus.
   *
   * @param {string} title
   * @param {{body?: string, tag?: string, onclick?: () => void}} [more] a notification replaces
   *   the one before with the same `tag`
   */
  ring(title, more = {}) {
    // The queue and the pairing both report an arrival, which rings once.
    if (performance.now() - this.#rangAt < MIN_INTERVAL_MS) return;
    this.#rangAt = performance.now();
    void this.#soundOnce();
    if (document.hidden || !document.hasFocus()) this.notify(title, more);
  }

  /**
   * @param {string} title
   * @param {{body?: string, tag?: string, onclick?: () => void}} [more]
   */
  notify(title, { body = '', tag = '', onclick } = {}) {
    if (this.permission !== 'granted') return;
    const notification = new Notification(title, { body, tag });
    notification.addEventListener('click', () => {
      window.focus();
      notification.close();
      onclick?.();
    });
  }

  /** Play the sound in one of the open tabs: the first that may holds a lock while it rings. */
  async #soundOnce() {
    if (!this.isAudible) return;
    // Without a secure origin there are no locks, and no tab knows of the others.
    if (!navigator.locks) return this.sound();
    await navigator.locks.request(RINGING, { ifAvailable: true }, (lock) => {
      if (!lock) return undefined;
      this.sound();
      return new Promise((done) => setTimeout(done, RINGING_MS));
    });
  }

  /** Play two soft rising tones. */
  sound() {
    const audio = this.#audio;
    if (audio?.state !== 'running') return;
    this.#tone(audio, LOW_HZ, audio.currentTime);
    this.#tone(audio, HIGH_HZ, audio.currentTime + 0.14);
  }

  /**
   * @param {AudioContext} audio
   * @param {number} frequency Hz
   * @param {number} at seconds of the audio's clock
   */
  #tone(audio, frequency, at) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.2, at);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.4);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.4);
  }
}
