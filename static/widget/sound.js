const VOLUME = 0.12;
const NOTES = [
  { pitch: 784, begins: 0 },
  { pitch: 1_047, begins: 0.12 },
];
const DURATION_S = 0.45;
const TURN_MS = 300;
// Timers of hidden tabs run once a second: they come up to a second later.
const HELD_MS = 3_000;

/** @type {AudioContext|undefined} */
let context;

/**
 * Announce an event in one of the open tabs: with a chime, unless the customer sees it in one.
 *
 * @param {string} name the event's
 * @param {boolean} isSeen true if the customer sees it here
 */
export async function chimeOnce(name, isSeen) {
  if (!isSeen && !mayPlay()) return;
  // The tab in which it is seen comes first.
  if (!isSeen) await pause(TURN_MS);
  const announce = () => {
    if (!isSeen) chime();
    return pause(HELD_MS);
  };
  try {
    await navigator.locks.request(`chatserver.${name}`, { ifAvailable: true }, (lock) =>
      lock ? announce() : undefined,
    );
  } catch {
    // Without a secure origin, or with storage blocked, no tab knows of the others.
    await announce();
  }
}

/** Play two soft notes, if the user has interacted with the page; browsers block sound before. */
export function chime() {
  if (!mayPlay()) return;
  context ??= new AudioContext();
  for (const note of NOTES) play(context, note);
}

function mayPlay() {
  return navigator.userActivation?.hasBeenActive;
}

/** @param {number} ms */
function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

/**
 * Show a notification that a technician has joined, if the customer has allowed notifications.
 *
 * @param {import('../lib/i18n.js').Words} words
 * @param {string} name the technician's
 */
export function notify(words, name) {
  if (!('Notification' in window) || Notification.permission !== 'granted') return;
  const notification = new Notification(words.say('with', { name }), { tag: 'chatserver' });
  notification.onclick = () => window.focus();
}

/**
 * @param {AudioContext} audio
 * @param {{pitch: number, begins: number}} note Hz, seconds from now
 */
function play(audio, { pitch, begins }) {
  const start = audio.currentTime + begins;
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(VOLUME, start + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.000_1, start + DURATION_S);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + DURATION_S);
}
