/** A world for `Connection` in which the test opens sockets and lets time pass. */
export class World {
  /** @type {FakeSocket[]} */
  sockets = [];
  /** @type {{run: () => void, ms: number}[]} */
  timers = [];

  open = () => {
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  };
  after = (/** @type {() => void} */ run, /** @type {number} */ ms) => {
    const timer = { run, ms };
    this.timers.push(timer);
    return timer;
  };
  forget = (/** @type {any} */ timer) => {
    this.timers = this.timers.filter((each) => each !== timer);
  };
  random = () => 0.5;

  /** The newest socket. @returns {FakeSocket} */
  get socket() {
    const socket = this.sockets.at(-1);
    if (!socket) throw new Error('nothing was opened');
    return socket;
  }

  /** Let the only timer run; how long it was set for. */
  pass() {
    const timer = this.timers.shift();
    if (!timer) throw new Error('nothing waits');
    timer.run();
    return timer.ms;
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

  close() {}

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

/** A storage that forgets with the test. */
export function storage() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
    removeItem: (/** @type {string} */ key) => void kept.delete(key),
  };
}
