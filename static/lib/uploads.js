import { Files, NotTaken, objection } from './files.js';

/** @typedef {import('./types.js').Draft} Draft */

const STEP = 0.01;

/** The files that are being sent. */
export class Uploads {
  /** @type {Map<string, AbortController>} by the draft's id */
  #stops = new Map();

  /**
   * @param {string} url where live sessions connect
   * @param {() => Record<string, string>} credentials headers that say who asks
   * @param {() => {limit: number, types: string[]}|undefined} allowed as the welcome says it
   */
  constructor(url, credentials, allowed) {
    this.files = new Files(url.replace(/^ws/, 'http'), credentials);
    this.allowed = allowed;
  }

  /**
   * Upload the file of a draft.
   *
   * @param {Draft} draft
   * @param {File|undefined} file undefined when another page had it
   * @param {(share: number) => void} onprogress called whenever a hundredth more has arrived
   * @returns {Promise<string>} the id it is sent under; rejects with NotTaken
   */
  async bring({ id, conversation }, file, onprogress) {
    if (!file) throw new NotTaken('fileInterrupted');
    const problem = objection(file, this.allowed());
    if (problem) throw new NotTaken(problem);
    const stop = new AbortController();
    this.#stops.set(id, stop);
    const progress = inSteps(onprogress);
    return this.files
      .bring(conversation, file, progress, stop.signal)
      .finally(() => this.#stops.delete(id));
  }

  /** Give a file up in the middle of its way. @param {string} id */
  stop(id) {
    this.#stops.get(id)?.abort();
  }
}

/** @param {(share: number) => void} tell */
function inSteps(tell) {
  let told = 0;
  return (/** @type {number} */ share) => {
    if (share - told < STEP && share < 1) return;
    told = share;
    tell(share);
  };
}
