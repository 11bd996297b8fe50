/**
 * The state of a form with optimistic locking: the values that it was loaded with, their revision,
 * and a newer version saved by another administrator.
 *
 * @template Value
 */
export class FormDraft {
  #base = '';
  revision = '';
  /** @type {{value: Value, revision: string}|null} */
  newer = null;

  /** @param {Value} current */
  isDirty(current) {
    return this.revision !== '' && JSON.stringify(current) !== this.#base;
  }

  /**
   * Compare the form with the values of the server.
   *
   * @param {Value} value
   * @param {string} revision
   * @param {Value} current the values in the form
   * @returns {'same'|'take'|'conflict'} `take` if showing them loses no input
   */
  compare(value, revision, current) {
    if (revision === this.revision) return 'same';
    const agrees = JSON.stringify(value) === JSON.stringify(current);
    if (!this.isDirty(current) || agrees) return 'take';
    this.newer = { value, revision };
    return 'conflict';
  }

  /**
   * Note that the form shows the values of the server.
   *
   * @param {Value} value
   * @param {string} revision
   */
  reset(value, revision) {
    this.#base = JSON.stringify(value);
    this.revision = revision;
    this.newer = null;
  }

  /** Overwrite the newer version by the next save. */
  overrule() {
    this.revision = this.newer?.revision ?? this.revision;
    this.newer = null;
  }
}
