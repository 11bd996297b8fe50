const PATIENCE = 10;

/**
 * Runs at once, but not again before some time has passed; who calls in between is served by one
 * run afterwards. What takes long is done less often, so that whoever is asked has nine tenths of
 * the time for others.
 *
 * @param {() => Promise<void>} run which deals with its own failures
 * @param {number} ms at least between the beginnings of two runs
 * @returns {() => void}
 */
export function throttle(run, ms) {
  let isResting = false;
  let isWanted = false;
  const begin = async () => {
    isWanted = false;
    isResting = true;
    const began = performance.now();
    await run();
    const took = performance.now() - began;
    const rest = Math.ceil(Math.max(ms, PATIENCE * took) - took);
    await new Promise((resolve) => setTimeout(resolve, rest));
    isResting = false;
    if (isWanted) begin();
  };
  return () => {
    isWanted = true;
    if (!isResting) begin();
  };
}
