/** Entry of the authors' preview. */
import { mountIsland } from "$web/mount";
import Preview from "./Preview.svelte";

mountIsland("preview", Preview);
