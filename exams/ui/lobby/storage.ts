/** Whether this browser can keep answers: tried for real, on a record that is deleted at once. */
import { Vault } from "../autosave/vault";
import type { CheckResult } from "./lobby";

/** An attempt number that no attempt has; attempts count from one. */
const PROBE = 0;

export async function checkStorage(): Promise<CheckResult> {
  try {
    const vault = await Vault.open(PROBE, crypto.randomUUID());
    const probe = { question: 1, seq: 1, value: "probe", text: null, clientAt: 0 };
    await vault.keep(probe);
    const back = await vault.read(1);
    await vault.wipe();
    vault.close();
    return back?.value === "probe" ? "ok" : "weak";
  } catch {
    return "weak"; // The exam works without; the candidate is told.
  }
}
