/** Entry of the lobby; when the exam starts, the room takes its place without a page load. */
import { mount, unmount } from "svelte";
import { readProps, socketUrl } from "$web/mount";
import { connect } from "$web/socket";
import { AttemptApi } from "./attempt_api";
import { ServerClock } from "./clock";
import Lobby from "./lobby/Lobby.svelte";
import { deviceName } from "./room/device";
import { type CandidateProps, type RoomProps, makeCamera, mountRoom } from "./room/mount";

const island = document.querySelector<HTMLElement>("[data-island=lobby]");
if (island) open(island, readProps<RoomProps>("island-props"), readProps<CandidateProps>("candidate-props"));

function open(target: HTMLElement, props: RoomProps, candidate: CandidateProps): void {
  const clock = new ServerClock(props.server_time);
  const camera = makeCamera(props.attempt, props.sitting);
  const socket = connect(socketUrl());
  camera?.use(socket);
  target.replaceChildren();
  const lobby = mount(Lobby, {
    target,
    props: {
      sitting: props.sitting,
      api: new AttemptApi(props.attempt),
      clock,
      socket,
      camera,
      topic: props.topics.sitting,
      own: `attempt:${props.attempt}`, // The board shows who follows the attempt.
      device: deviceName(navigator.userAgent),
      name: candidate.name,
      seat: candidate.seat,
      homeUrl: candidate.urls.home,
      onstart: (usesCamera: boolean) => void start(usesCamera),
    },
  });

  async function start(usesCamera: boolean): Promise<void> {
    await unmount(lobby);
    history.replaceState(null, "", props.urls.room); // A reload opens the room itself.
    mountRoom(target, props, candidate, { clock, camera: usesCamera ? camera : null, socket });
  }
}
