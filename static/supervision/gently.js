/**
 * Runs at once, but not again before some time has passed and the last run has ended; who calls in
 * between is served by one run afterwards.
 *
 * @param {() => Promise<void>} run which deals with its own failures
 * @param {number} ms
 * @returns {() => void}
 */
export function gently(run, ms) {
  let isResting = false;
  let isWanted = false;
  const begin = async () => {
    isWanted = false;
    isResting = true;
    const rested = new Promise((resolve) => setTimeout(resolve, ms));
    await run();
    await rested;
    isResting = false;
    if (isWanted) begin();
  };
  return () => {
    isWanted = true;
    if (!isResting) begin();
  };
}
