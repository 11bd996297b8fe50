import { stopwatch } from '../lib/format.js';
import { build, setText } from './dom.js';

const BITS_PER_SECOND = 32_000;
const LONGEST_MS = 600_000;
const TICK_MS = 500;

/** Suffixes of the containers that browsers record. */
const SUFFIXES = /** @type {Record<string, string>} */ ({
  'audio/mp4': 'm4a',
  'audio/ogg': 'ogg',
  'audio/webm': 'webm',
});

/**
 * Record a voice message in a bar before a form, until it is sent or discarded. After ten minutes
 * recording stops, and the message waits to be sent.
 *
 * @param {import('../lib/i18n.js').Words} words
 * @param {HTMLElement} form
 * @returns {Promise<File|null>} null if it was discarded; rejects if there is no microphone
 */
export async function recordVoice(words, form) {
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  const recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_SECOND });
  /** @type {Blob[]} */
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  const release = () => {
    for (const track of stream.getTracks()) track.stop();
  };
  const ended = new Promise((done) => {
    recorder.onstop = done;
  });
  recorder.start();
  const isKept = await decided(words, form, () => recorder.state !== 'inactive' && recorder.stop());
  if (recorder.state !== 'inactive') recorder.stop();
  await ended;
  release();
  return isKept ? voiceFile(words, parts, recorder.mimeType) : null;
}

/**
 * Show the bar until its reader has decided, or until it is removed with the form.
 *
 * @param {import('../lib/i18n.js').Words} words
 * @param {HTMLElement} form
 * @param {() => void} stop called when the message is as long as it may be
 * @returns {Promise<boolean>} true if the message is to be sent
 */
function decided(words, form, stop) {
  const startedAt = Date.now();
  const time = build('span', { className: 'time', role: 'timer' });
  return new Promise((done) => {
    const send = build('button', { type: 'button', className: 'primary' }, words.say('send'));
    const discard = build('button', { type: 'button' }, words.say('discard'));
    const bar = build('div', { className: 'recording' }, time, discard, send);
    const tick = () => {
      const ms = Date.now() - startedAt;
      setText(time, words.say('recording', { time: stopwatch(Math.min(ms, LONGEST_MS)) }));
      if (ms >= LONGEST_MS) stop();
      if (!bar.isConnected) end(false);
    };
    const timer = setInterval(tick, TICK_MS);
    const end = (/** @type {boolean} */ isKept) => {
      clearInterval(timer);
      bar.remove();
      done(isKept);
    };
    send.addEventListener('click', () => end(true));
    discard.addEventListener('click', () => end(false));
    form.before(bar);
    tick();
    send.focus();
  });
}

/**
 * @param {import('../lib/i18n.js').Words} words
 * @param {Blob[]} parts
 * @param {string} recorded the media type, with its codecs
 */
function voiceFile(words, parts, recorded) {
  const [type = ''] = recorded.split(';');
  return new File(parts, `${words.say('voiceMessage')}.${SUFFIXES[type] ?? 'webm'}`, { type });
}
