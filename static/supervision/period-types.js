/**
 * The statistics of a period as `GET /supervision/figures` answers them, for the type checker; there is
 * no code here, and no browser loads it. Durations are ms, moments ms since 1970 UTC.
 *
 * @typedef {{count: number, median: number|null, p90: number|null}} Spread
 * @typedef {{count: number, average: number|null, scores: number[]}} Rating
 * @typedef {{made: number, kept: number, broken: number, due: number}} Promises
 * @typedef {{technician: {id: string, name: string}, conversations: number,
 *   first_reply: number|null, rating: number|null}} TechnicianFigures
 *
 * @typedef {object} PeriodFigures
 * @property {number} since
 * @property {number} until
 * @property {number} at
 * @property {string} timezone
 * @property {number} conversations
 * @property {number} abandoned
 * @property {Promises} promises
 * @property {Spread} wait
 * @property {Spread} first_reply
 * @property {Spread} duration
 * @property {Rating} rating
 * @property {import('./chart.js').Hour[]} hours of a single day
 * @property {import('./chart.js').Hour[]} days of a longer period
 * @property {TechnicianFigures[]} technicians
 */

export {};
