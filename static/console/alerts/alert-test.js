import { build, setText } from '../../elements/dom.js';
import { dialog } from '../keys/dialog.js';

/**
 * Alert as for a new customer, in a dialog that tells which alerts the browser blocks.
 *
 * @param {import('../../lib/i18n.js').Words} words
 * @param {import('./alert.js').Alert} alert
 */
export function testAlerts(words, alert) {
  const sound = build('p', { role: 'status' });
  const notification = build('p', { role: 'status' });
  const showSound = () =>
    setText(sound, words.say(alert.isAudible ? 'soundWorks' : 'soundBlocked'));
  const showNotification = () =>
    setText(notification, words.say(`notification.${alert.permission}`));
  const ring = async () => {
    showNotification();
    await alert.unlock();
    alert.sound();
    await alert.askToNotify();
    showNotification();
    alert.notify(words.say('newCustomer'), { body: words.say('testBody'), tag: 'test' });
  };
  const stop = alert.on('state', showSound);
  const again = build('button', { type: 'button', onclick: ring }, words.say('testAgain'));
  const title = build('p', {}, words.say('titleWorks'));
  const shown = dialog(words, words.say('testAlerts'), {}, sound, notification, title, again);
  shown.addEventListener('close', stop);
  showSound();
  void ring();
}
