/** @typedef {import('./types.js').Frame} Frame */
/** @typedef {import('./types.js').FileFacts} FileFacts */

/** How long the server may take: it scans the file for viruses and encodes pictures again. */
const STALL_TIMEOUT_MS = 60_000;

/**
 * Tells why a file was refused. The message is a key of the shared words where this library knows
 * more than the server's sentence tells, and else that sentence.
 */
export class FileRefused extends Error {}

/**
 * Check a file before it is sent. The server decides the type by the content; only files that no
 * content can make acceptable are refused here.
 *
 * @param {FileFacts} file
 * @param {{limit: number, types: string[]}} [allowed] as in the welcome; a limit of 0 bytes is none
 * @returns {string|undefined} a key of the shared words
 */
export function objection({ type, size }, allowed) {
  if (!size) return 'fileEmpty';
  if (!allowed) return undefined;
  if (allowed.limit && size > allowed.limit) return 'fileTooLarge';
  if (/^(audio|video)\//.test(type) && !allowed.types.includes(type)) return 'fileType';
  return undefined;
}

/**
 * Uploads and downloads the files of conversations over HTTP, with the identity of the live
 * session.
 */
export class Files {
  /**
   * @param {string} base address of the server
   * @param {() => Record<string, string>} credentials headers that authenticate the request
   */
  constructor(base, credentials) {
    this.base = base;
    this.credentials = credentials;
  }

  /**
   * @param {string} file its id
   * @param {'preview'|'whole'} what a small version of a picture, or the file
   * @param {AbortSignal} [signal]
   * @returns {Promise<Blob>}
   */
  async fetch(file, what, signal) {
    const url = new URL(`/files/${file}${what === 'preview' ? '?preview' : ''}`, this.base);
    const answer = await fetch(url, { headers: this.credentials(), signal });
    if (!answer.ok) throw new FileRefused('unreachable');
    return answer.blob();
  }

  /**
   * Upload a file.
   *
   * @param {string} conversation
   * @param {File} file
   * @param {(share: number) => void} onprogress the share that has arrived, 0 to 1
   * @param {AbortSignal} signal
   * @returns {Promise<string>} the id of the file; rejects with FileRefused
   */
  upload(conversation, file, onprogress, signal) {
    const url = new URL('/files', this.base);
    url.searchParams.set('conversation', conversation);
    // XMLHttpRequest, because `fetch` does not report the progress of an upload.
    const request = new XMLHttpRequest();
    request.open('POST', url.href);
    for (const [name, value] of Object.entries(this.credentials()))
      request.setRequestHeader(name, value);
    request.setRequestHeader('X-File-Name', encodeURIComponent(file.name));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    const silence = new Silence(() => request.abort());
    request.upload.onprogress = ({ loaded, total }) => {
      silence.broken();
      onprogress(total ? loaded / total : 0);
    };
    /** @type {Promise<string>} */
    const arrival = new Promise((done, fail) => {
      request.onload = () => {
        if (request.status === 201) done(JSON.parse(request.responseText).file);
        else fail(refusal(request.status, request.responseText));
      };
      request.onerror = request.onabort = () => fail(new FileRefused('fileInterrupted'));
      request.send(file);
    });
    return arrival.finally(() => silence.end());
  }
}

/**
 * Abort an upload without progress: over a dead connection it would block the messages after it for
 * ever.
 */
class Silence {
  #timer;

  /** @param {() => void} giveUp */
  constructor(giveUp) {
    this.giveUp = giveUp;
    this.#timer = setTimeout(giveUp, STALL_TIMEOUT_MS);
  }

  broken() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.giveUp, STALL_TIMEOUT_MS);
  }

  end() {
    clearTimeout(this.#timer);
  }
}

/**
 * @param {number} status
 * @param {string} text a problem document, unless a proxy has answered
 */
function refusal(status, text) {
  try {
    const { code, field, detail } = JSON.parse(text);
    if (status === 413) return new FileRefused('fileTooLarge');
    if (code === 'invalid') return new FileRefused(field === 'type' ? 'fileType' : 'fileBroken');
    return new FileRefused(detail);
  } catch {
    // A proxy with a limit below ours answers with a page of its own.
    return new FileRefused(status === 413 ? 'fileTooLargeOnTheWay' : 'fileInterrupted');
  }
}
