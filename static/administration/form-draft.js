/**
 * A part that is being edited: what it was when it was read, under which revision, and what
 * somebody else made of it meanwhile.
 *
 * @template Value
 */
export class FormDraft {
  #base = '';
  revision = '';
  /** @type {{value: Value, revision: string}|null} */
  theirs = null;

  /** @param {Value} current */
  isDirty(current) {
    return this.revision !== '' && JSON.stringify(current) !== this.#base;
  }

  /**
   * The server says what is chosen now.
   *
   * @param {Value} value
   * @param {string} revision
   * @param {Value} current what stands in the form
   * @returns {'same'|'take'|'conflict'} `take` when nothing of one's own would be lost by it
   */
  offered(value, revision, current) {
    if (revision === this.revision) return 'same';
    const agrees = JSON.stringify(value) === JSON.stringify(current);
    if (!this.isDirty(current) || agrees) return 'take';
    this.theirs = { value, revision };
    return 'conflict';
  }

  /**
   * This is what the form shows and the server keeps.
   *
   * @param {Value} value
   * @param {string} revision
   */
  took(value, revision) {
    this.#base = JSON.stringify(value);
    this.revision = revision;
    this.theirs = null;
  }

  /** One's own counts, in full knowledge of theirs. */
  overrule() {
    this.revision = this.theirs?.revision ?? this.revision;
    this.theirs = null;
  }
}
