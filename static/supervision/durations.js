const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 3_600_000;

/** Formats durations briefly: 45 s, 3.5 min, 2.1 h. */
export class Durations {
  /** @param {{locale: string}} words */
  constructor({ locale }) {
    const format = (/** @type {string} */ unit, /** @type {number} */ digits) =>
      new Intl.NumberFormat(locale, {
        style: 'unit',
        unit,
        unitDisplay: 'short',
        maximumFractionDigits: digits,
      });
    this.forms = {
      seconds: format('second', 0),
      minutes: format('minute', 1),
      hours: format('hour', 1),
    };
  }

  /** @param {number|null} ms null if it is not known */
  say(ms) {
    if (ms === null) return '–';
    // A value that rounds up to the next unit is shown in it: 60 s is 1 min.
    if (ms < MINUTE - SECOND / 2) return this.forms.seconds.format(Math.round(ms / SECOND));
    if (ms < HOUR - MINUTE / 20) return this.forms.minutes.format(ms / MINUTE);
    return this.forms.hours.format(ms / HOUR);
  }
}
