/** Entry of the authors' walk as a student. */
import { mountIsland } from "$web/mount";
import Walk from "./Walk.svelte";

mountIsland("walk", Walk);
