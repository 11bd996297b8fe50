const CALM = 1_000;

/** How a technician is called: a short sound, and a notification where they are allowed. */
export class Alert {
  /** @type {AudioContext|null} */
  #audio = null;
  #rangAt = -Infinity;

  /** Browsers let a page sound only after a gesture: this is called by one. */
  async unlock() {
    this.#audio ??= new AudioContext();
    await this.#audio.resume();
  }

  /** Browsers let a page ask only after a gesture. */
  async askToNotify() {
    if ('Notification' in window && Notification.permission === 'default')
      await Notification.requestPermission();
  }

  /** @param {string} title */
  ring(title) {
    // One arrival is heard of twice, by the queue and by the pairing, and rings once.
    if (performance.now() - this.#rangAt < CALM) return;
    this.#rangAt = performance.now();
    this.#sound();
    if (document.hidden && 'Notification' in window && Notification.permission === 'granted')
      new Notification(title);
  }

  #sound() {
    const audio = this.#audio;
    if (!audio || audio.state !== 'running') return;
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = 660;
    volume.gain.setValueAtTime(0.2, audio.currentTime);
    volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.4);
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.4);
  }
}
