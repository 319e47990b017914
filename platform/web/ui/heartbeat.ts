/** Ticks of the heart beat: from a worker where there is one, else from a timer of the page. */

const TICK_MS = 2000;

/** Call `tick` every two seconds; the returned function stops it. */
export function startTicking(tick: () => void): () => void {
  if (typeof Worker === "undefined") return tickHere(tick);
  try {
    const worker = new Worker(new URL("./heartbeat.worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = tick;
    let stop = () => worker.terminate();
    worker.onerror = () => {
      worker.terminate();
      stop = tickHere(tick);
    };
    return () => stop();
  } catch {
    return tickHere(tick); // a browser that refuses workers still has a heart
  }
}

function tickHere(tick: () => void): () => void {
  const timer = setInterval(tick, TICK_MS);
  return () => clearInterval(timer);
}
