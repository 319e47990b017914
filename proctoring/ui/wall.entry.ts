/** Entry of the invigilators' board. */
import { mountIsland } from "$web/mount";
import Wall from "$proctoring/Wall.svelte";

mountIsland("wall", Wall);
