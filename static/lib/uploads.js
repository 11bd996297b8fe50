import { Files, NotTaken, objection } from './files.js';

/** @typedef {import('./types.js').Draft} Draft */

const PROGRESS_STEP = 0.01;

/** The uploads that are under way. */
export class Uploads {
  /** @type {Map<string, AbortController>} by the draft's id */
  #stops = new Map();

  /**
   * @param {string} url where live sessions connect
   * @param {() => Record<string, string>} credentials headers that authenticate the request
   * @param {() => {limit: number, types: string[]}|undefined} allowed as in the welcome
   */
  constructor(url, credentials, allowed) {
    this.files = new Files(url.replace(/^ws/, 'http'), credentials);
    this.allowed = allowed;
  }

  /**
   * Upload the file of a draft.
   *
   * @param {Draft} draft
   * @param {File|undefined} file undefined when it was chosen on an earlier page
   * @param {(share: number) => void} onprogress called for each further percent
   * @returns {Promise<string>} the id of the file; rejects with NotTaken
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

  /** Abort the upload of a draft. @param {string} id */
  stop(id) {
    this.#stops.get(id)?.abort();
  }
}

/** @param {(share: number) => void} tell */
function inSteps(tell) {
  let told = 0;
  return (/** @type {number} */ share) => {
    if (share - told < PROGRESS_STEP && share < 1) return;
    told = share;
    tell(share);
  };
}
