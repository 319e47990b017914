/**
 * A steady tick from a worker: browsers slow the timers of hidden pages down to one a minute, but
 * not those of workers. The page answers each tick with a heart beat on its socket.
 */

/** Two missed beats and a bit are the 5 s of silence after which the server says "unstable". */
const TICK_MS = 2000;

setInterval(() => postMessage("tick"), TICK_MS);
