import { FileRefused, Files, objection } from './files.js';
import { altered } from './outbox.js';

/** @typedef {import('./outbox.js').Outbox} Outbox */
/** @typedef {import('./types.js').OutgoingMessage} OutgoingMessage */

const PROGRESS_STEP = 0.01;

/** The uploads that are under way. */
export class Uploads {
  /** @type {Map<string, AbortController>} by the message's id */
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
   * Upload the file of a message, whose progress and upload are noted in the outbox.
   *
   * @param {OutgoingMessage} message
   * @param {File|undefined} file undefined when it was chosen on an earlier page
   * @param {Outbox} outbox
   * @param {() => void} onprogress called for each further percent
   * @returns {Promise<void>} rejects with FileRefused
   */
  async upload({ id, conversation }, file, outbox, onprogress) {
    if (!file) throw new FileRefused('fileInterrupted');
    const problem = objection(file, this.allowed());
    if (problem) throw new FileRefused(problem);
    const stop = new AbortController();
    this.#stops.set(id, stop);
    // Not stored: the progress changes a hundred times for each file, and a file cannot survive a
    // reload.
    const progress = inSteps((share) => {
      outbox.update(altered(id, { progress: share }));
      onprogress();
    });
    const upload = await this.files
      .upload(conversation, file, progress, stop.signal)
      .finally(() => this.#stops.delete(id));
    markUploaded(outbox, id, upload);
  }

  /** Abort the upload of a message. @param {string} id */
  stop(id) {
    this.#stops.get(id)?.abort();
  }
}

/**
 * Note that the file of a message is uploaded; from now on the message survives a reload.
 *
 * @param {Outbox} outbox
 * @param {string} id the message's
 * @param {string} upload the file's
 */
function markUploaded(outbox, id, upload) {
  outbox.update(altered(id, { upload, progress: 1 }));
  const place = outbox.messages.findIndex((message) => message.id === id);
  const [message, ...later] = place < 0 ? [] : outbox.messages.slice(place);
  if (!message) return;
  // Another tab may have changed the stored list: insert before the first stored message that
  // follows here, so that the order of sending survives a reload.
  const isLater = (/** @type {OutgoingMessage} */ { id: other }) =>
    later.some((each) => each.id === other);
  outbox.store((messages) => {
    const next = messages.findIndex(isLater);
    return messages.toSpliced(next < 0 ? messages.length : next, 0, message);
  });
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
