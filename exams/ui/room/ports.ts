/** What the exam room needs from around it; tests put small ones in their place. */
import type { Socket } from "$web/socket";
import type { AttemptApi } from "../attempt_api";
import type { Surroundings } from "../autosave";
import type { AnswerStore } from "../autosave/store";
import type { ServerClock } from "../clock";
import type { PaperShelf } from "./papers";
import type { Tabs } from "./tabs";
import type { UploadPorts } from "./uploads";

export interface RoomPorts {
  attempt: number;
  api: AttemptApi;
  clock: ServerClock;
  surroundings: Surroundings;
  tabs: Tabs;
  openStore(attempt: number, tab: string, onClosed: () => void): Promise<AnswerStore>;
  connect(): Socket;
  device: string;
  startUpload?: UploadPorts["start"];
  /** Where the device's copy of the paper is kept; null for nowhere. */
  papers: PaperShelf | null;
  /** Keep the room's page on this device for a reload without a network; resolves to whether it is. */
  keepPage(): Promise<boolean>;
  /** Forget that page: the exam is over for this person. */
  forgetPage(): void;
  /** A socket was opened, or opened anew after it had ended; for the camera. */
  onSocket?: (socket: Socket) => void;
}
