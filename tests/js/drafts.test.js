import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Drafts } from '../../static/console/panes/drafts.js';
import { storage, World } from './world.js';

/** One device of a technician, with a connection that may be cut. */
class Device {
  /** @type {[string, string][]} */
  told = [];
  /** @type {string[]} */
  changed = [];
  world = new World();
  isOnline = true;

  constructor(kept = storage(), owner = 'bob') {
    this.drafts = new Drafts(
      kept,
      () => owner,
      (...draft) => this.#tell(draft),
      this.world,
    );
    this.drafts.on('changed', (id) => this.changed.push(id));
  }

  /** @param {[string, string]} draft */
  #tell(draft) {
    if (this.isOnline) this.told.push(draft);
    return this.isOnline;
  }
}

test('a draft is sent when typing pauses', () => {
  const { drafts, told, world } = new Device();
  drafts.write('c1', 'h');
  drafts.write('c1', 'half');
  assert.deepEqual(told, []);
  world.pass();
  assert.deepEqual(told, [['c1', 'half']]);
  assert.equal(world.timers.length, 0);
});

test('an emptied draft is sent at once', () => {
  const { drafts, told, world } = new Device();
  drafts.write('c1', 'half');
  drafts.write('c1', '');
  assert.deepEqual(told, [['c1', '']]);
  assert.equal(world.timers.length, 0);
});

test('a draft of another device is shown', () => {
  const { drafts, changed } = new Device();
  drafts.receive({ conversation: 'c1', text: 'from the phone' });
  assert.deepEqual([drafts.textOf('c1'), changed], ['from the phone', ['c1']]);
});

test('a draft is not replaced while it is being typed', () => {
  const { drafts, changed, told, world } = new Device();
  drafts.write('c1', 'mine');
  drafts.receive({ conversation: 'c1', text: 'from the phone' });
  assert.deepEqual([drafts.textOf('c1'), changed], ['mine', []]);
  world.pass();
  assert.deepEqual(told, [['c1', 'mine']]);
  drafts.receive({ conversation: 'c1', text: 'newer' });
  assert.equal(drafts.textOf('c1'), 'newer');
});

test('a draft typed offline wins over the server’s', () => {
  const { drafts, told, world } = Object.assign(new Device(), { isOnline: false });
  drafts.write('c1', 'mine');
  world.pass();
  const kept = drafts.storage;
  const later = new Device(/** @type {any} */ (kept));
  later.drafts.merge([{ conversation: 'c1', text: 'old' }], ['c1']);
  assert.deepEqual([told, later.drafts.textOf('c1'), later.told], [[], 'mine', [['c1', 'mine']]]);
});

test('a draft that another device has sent meanwhile is removed', () => {
  const { drafts, world, changed } = new Device();
  drafts.write('c1', 'half');
  world.pass();
  drafts.merge([{ conversation: 'c2', text: 'other' }], ['c1']);
  assert.deepEqual([drafts.textOf('c1'), drafts.textOf('c2')], ['', 'other']);
  assert.deepEqual(changed, ['c1', 'c2']);
});

test('a draft longer than a message stays local and is not replaced', () => {
  const { drafts, told, world } = new Device();
  const long = 'x'.repeat(10_001);
  drafts.write('c1', long);
  world.pass();
  drafts.merge([{ conversation: 'c1', text: 'old' }], ['c1']);
  assert.deepEqual([told, drafts.textOf('c1') === long], [[], true]);
});

test('drafts are kept per technician on a shared browser', () => {
  const kept = storage();
  new Device(kept, 'bob').drafts.write('c1', 'mine');
  assert.equal(new Device(kept, 'cat').drafts.textOf('c1'), '');
});

test('an unreadable entry is no draft', () => {
  const kept = storage();
  kept.setItem('chatserver.console.draft.bob.c1', '{');
  assert.equal(new Device(kept).drafts.textOf('c1'), '');
});
