/** An XMLHttpRequest that is answered by the test. */
export class FakeRequest {
  /** @type {FakeRequest[]} */
  static made = [];
  /** @type {Record<string, string>} */
  headers = {};
  upload = { onprogress: (/** @type {{loaded: number, total: number}} */ _event) => undefined };
  status = 0;
  responseText = '';
  url = '';
  isAborted = false;
  /** @type {unknown} */
  body = null;
  onload = () => undefined;
  onerror = () => undefined;
  onabort = () => undefined;

  /** Let every upload of this page be answered by the test. */
  static install() {
    FakeRequest.made = [];
    Object.assign(globalThis, { XMLHttpRequest: FakeRequest });
  }

  /** The newest one. @returns {FakeRequest} */
  static get last() {
    const request = FakeRequest.made.at(-1);
    if (!request) throw new Error('nothing was uploaded');
    return request;
  }

  /**
   * @param {string} _method
   * @param {string} url
   */
  open(_method, url) {
    this.url = url;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  setRequestHeader(name, value) {
    this.headers[name] = value;
  }

  /** @param {unknown} body */
  send(body) {
    this.body = body;
    FakeRequest.made.push(this);
  }

  abort() {
    this.isAborted = true;
    this.onabort();
  }

  /**
   * @param {number} status
   * @param {unknown} document
   */
  answers(status, document) {
    this.status = status;
    this.responseText = typeof document === 'string' ? document : JSON.stringify(document);
    this.onload();
  }
}
