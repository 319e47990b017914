/** Entry of what stands beside the form of a question: its preview, and its pictures. */
import { mountIsland } from "$web/mount";
import Pictures from "./Pictures.svelte";
import Trial from "./Trial.svelte";

mountIsland("trial", Trial);
mountIsland("pictures", Pictures);
