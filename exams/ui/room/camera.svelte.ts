/** The candidate's camera beside the room: follows the room's socket, shows state and picture. */
import { Camera, type CameraState } from "$proctoring/camera";
import type { Socket } from "$web/socket";

export class RoomCamera {
  state = $state.raw<CameraState>({ status: "off" });
  stream = $state.raw<MediaStream | null>(null);
  private camera: Camera | null = null;
  private socket: Socket | null = null;
  private wanted: "off" | "preview" | "shared" = "off";
  private leave: () => void = () => {};
  private readonly topic: string;

  /** Hears every change of the camera; set by who needs to. */
  onState: (state: CameraState) => void = () => {};

  /** @param isOptional Its owner decides: it is switched on and off by a button, not by the exam. */
  constructor(private readonly attempt: number, readonly isOptional = false) {
    this.topic = `media:a${attempt}`;
  }

  /** Send over this socket from now on; the one before has ended. */
  use(socket: Socket): void {
    if (socket === this.socket) return;
    this.socket = socket;
    this.leave();
    this.camera?.stop();
    const camera = new Camera({ socket, topic: this.topic, attempt: this.attempt });
    this.camera = camera;
    const unsubscribe = socket.subscribe(this.topic, { onEvent: (event) => camera.receive(event) });
    const unwatch = camera.onState((state) => {
      this.state = state;
      this.onState(state);
      this.stream = camera.stream ?? null;
    });
    this.leave = () => {
      unsubscribe();
      unwatch();
    };
    if (this.wanted === "shared") void camera.start();
    if (this.wanted === "preview") void camera.preview();
  }

  /** Show it to the invigilators. */
  start(): void {
    this.wanted = "shared";
    void this.camera?.start();
  }

  /** Its owner's own switch. */
  turn(on: boolean): void {
    if (on) this.start();
    else this.stop();
  }

  /** Show it on this device alone. */
  preview(): void {
    this.wanted = "preview";
    void this.camera?.preview();
  }

  /** The agreement was taken back: what is on stays on, on this device alone. */
  withhold(): void {
    if (this.wanted === "shared") this.wanted = "preview";
    this.camera?.withhold();
  }

  stop(): void {
    this.wanted = "off";
    this.camera?.stop();
  }
}
