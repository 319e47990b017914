/** Puts the exam room on the page: on its own page, or in place of the lobby when the exam starts. */
import { mount } from "svelte";
import { socketUrl } from "$web/mount";
import { type Socket, connect } from "$web/socket";
import Player from "../Player.svelte";
import { AttemptApi } from "../attempt_api";
import { Vault } from "../autosave/vault";
import { ServerClock } from "../clock";
import type { SittingCard } from "../wire";
import { RoomCamera } from "./camera.svelte";
import { deviceName } from "./device";
import { Observer, watchPage } from "./observer";
import { forgetPage, keepPage } from "./page_worker";
import { OwnPapers } from "./papers";
import { Room } from "./room";
import { Tabs } from "./tabs";

/** What the server writes into the lobby and the room page. */
export interface RoomProps {
  attempt: number;
  sitting: SittingCard;
  server_time: number;
  topics: { sitting: string };
  urls: { room: string; offline: string };
}

export interface CandidateProps {
  user: number;
  name: string;
  seat: string;
  urls: { home: string; results: string; login: string };
}

/** Rooms that open from their lobbies do so in one instant; their pages are kept within this time. */
const HERD_MS = 10_000;

/** What the lobby has open already. */
export interface HandOver {
  clock: ServerClock;
  camera: RoomCamera | null;
  socket: Socket;
}

export function mountRoom(
  island: HTMLElement,
  { attempt, sitting, server_time, urls }: RoomProps,
  { user, ...candidate }: CandidateProps,
  given?: HandOver,
): void {
  const clock = given?.clock ?? new ServerClock(server_time);
  const camera = given ? given.camera : makeCamera(attempt, sitting);
  let first = given?.socket;
  const room = new Room({
    attempt,
    api: new AttemptApi(attempt),
    clock,
    surroundings: {
      now: () => clock.now(),
      random: () => Math.random(),
      setTimer: (run, ms) => window.setTimeout(run, ms),
      clearTimer: (timer) => window.clearTimeout(timer),
    },
    tabs: new Tabs(attempt),
    openStore: (id, tab, onClosed) => Vault.open(id, tab, onClosed),
    connect: () => {
      const socket = first && !first.endReason ? first : connect(socketUrl());
      first = undefined;
      return socket;
    },
    device: deviceName(navigator.userAgent),
    papers: new OwnPapers(user, attempt),
    keepPage: () => keepPage({ script: urls.offline, room: urls.room, person: user }, given ? HERD_MS : 0),
    forgetPage: () => void forgetPage(urls.room),
    onSocket: (socket) => camera?.use(socket),
  });
  const observer = new Observer({ now: () => clock.now(), report: (fact) => room.calls.report(fact) });
  watchPage(observer);
  if (camera) camera.onState = (state) => observer.camera(state);
  island.replaceChildren();
  mount(Player, { target: island, props: { room, camera, clock, title: sitting.title, ...candidate } });
  void room.open();
  if (!camera?.isOptional) camera?.start();
}

export function makeCamera(attempt: number, sitting: SittingCard): RoomCamera | null {
  return sitting.camera === "off" ? null : new RoomCamera(attempt, sitting.camera === "optional");
}
