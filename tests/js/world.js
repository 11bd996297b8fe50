/** A world for `Connection` in which the test opens sockets and lets time pass. */
export class World {
  /** @type {FakeSocket[]} */
  sockets = [];
  /** @type {{run: () => void, at: number}[]} */
  timers = [];
  now = 0;

  open = (/** @type {string} */ _url, /** @type {string} */ transport) => {
    const socket = new FakeSocket(transport);
    this.sockets.push(socket);
    return socket;
  };
  after = (/** @type {() => void} */ run, /** @type {number} */ ms) => {
    const timer = { run, at: this.now + ms };
    this.timers.push(timer);
    return timer;
  };
  forget = (/** @type {any} */ timer) => {
    this.timers = this.timers.filter((each) => each !== timer);
  };
  luck = 0.5;
  random = () => this.luck;
  clock = () => this.now;

  /** The newest socket. @returns {FakeSocket} */
  get socket() {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('nothing was opened');
    return socket;
  }

  /** Let time pass until the next timer runs; how long that was, in ms. */
  pass() {
    const [timer] = [...this.timers].sort((a, b) => a.at - b.at);
    if (!timer) throw new Error('nothing waits');
    const began = this.now;
    this.now = timer.at;
    this.forget(timer);
    timer.run();
    return this.now - began;
  }
}

export class FakeSocket {
  /** @type {any[]} */
  sent = [];
  /** @type {((event: any) => void)|null} */
  onopen = null;
  /** @type {((event: any) => void)|null} */
  onmessage = null;
  /** @type {((event: any) => void)|null} */
  onclose = null;

  /** @param {string} data */
  send(data) {
    this.sent.push(JSON.parse(data));
  }

  isClosed = false;

  /** @param {string} transport */
  constructor(transport) {
    this.transport = transport;
  }

  close() {
    this.isClosed = true;
  }

  /** @param {Record<string, unknown>} [fields] */
  welcome(fields = {}) {
    this.onopen?.({});
    this.says({ type: 'welcome', epoch: 'e1', token: 't1', conversations: [], ...fields });
  }

  /** @param {Record<string, unknown>} frame */
  says(frame) {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  /** @param {number} code */
  lost(code) {
    this.onclose?.({ code });
  }
}

/** Let everything run that waits for nothing but its turn. */
export const settled = () => new Promise((done) => setImmediate(done));

/** A storage that forgets with the test. */
export function storage() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    kept,
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
    removeItem: (/** @type {string} */ key) => void kept.delete(key),
  };
}
