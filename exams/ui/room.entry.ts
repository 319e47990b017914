/** Entry of the exam room's own page. */
import { readProps } from "$web/mount";
import { type CandidateProps, type RoomProps, mountRoom } from "./room/mount";

const island = document.querySelector<HTMLElement>("[data-island=room]");
if (island) mountRoom(island, readProps<RoomProps>("island-props"), readProps<CandidateProps>("candidate-props"));
