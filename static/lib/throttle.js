const REST_FACTOR = 10;

/**
 * Throttle a function: it runs at once, and calls during the next `ms` are served by one run
 * afterwards. A slow run is followed by nine times its own duration of rest, so that it takes at
 * most a tenth of the server's time.
 *
 * @param {() => Promise<void>} run which handles its own errors
 * @param {number} ms the least time between the starts of two runs
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
    const rest = Math.ceil(Math.max(ms, REST_FACTOR * took) - took);
    await new Promise((resolve) => setTimeout(resolve, rest));
    isResting = false;
    if (isWanted) begin();
  };
  return () => {
    isWanted = true;
    if (!isResting) begin();
  };
}
