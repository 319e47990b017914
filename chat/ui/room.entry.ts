/** Entry of the room page. */
import { mountIsland } from "$web/mount";
import Room from "$chat/Room.svelte";

mountIsland("chat-room", Room);
