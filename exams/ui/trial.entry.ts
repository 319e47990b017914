/** Entry of the preview beside the form of a question. */
import { mountIsland } from "$web/mount";
import Trial from "./Trial.svelte";

mountIsland("trial", Trial);
