import { Emitter } from '../../lib/emitter.js';

const CALM = 1_000;
const LOW = 587;
const HIGH = 880;

/**
 * How a technician is called: a short sound, and a notification of the system where both are
 * allowed. Emits `state` when it can be heard, and when it no longer can.
 */
export class Alert extends Emitter {
  /** @type {AudioContext|null} */
  #audio = null;
  #rangAt = -Infinity;

  get isAudible() {
    return this.#audio?.state === 'running';
  }

  /** Whether notifications are shown: as the browser says it, or that it has none. */
  get permission() {
    return 'Notification' in window ? Notification.permission : 'missing';
  }

  /** Browsers let a page sound only after a gesture: this is called by one. */
  async unlock() {
    if (!this.#audio) {
      this.#audio = new AudioContext();
      this.#audio.addEventListener('statechange', () => this.emit('state'));
    }
    await this.#audio.resume();
    this.emit('state');
  }

  /** Browsers let a page ask only after a gesture. */
  async askToNotify() {
    if (this.permission === 'default') await Notification.requestPermission();
  }

  /**
   * Call: by sound, and by a notification when nobody is looking.
   *
   * @param {string} title
   * @param {{body?: string, tag?: string, onclick?: () => void}} [more] a second call with the same
   *   `tag` takes the place of the first
   */
  ring(title, more = {}) {
    // One arrival is heard of twice, by the queue and by the pairing, and rings once.
    if (performance.now() - this.#rangAt < CALM) return;
    this.#rangAt = performance.now();
    this.sound();
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

  /** Two soft tones, upwards. */
  sound() {
    const audio = this.#audio;
    if (audio?.state !== 'running') return;
    this.#tone(audio, LOW, audio.currentTime);
    this.#tone(audio, HIGH, audio.currentTime + 0.14);
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
