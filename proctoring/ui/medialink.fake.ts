/** Stand-ins for the browser's WebRTC in unit tests: a connection that does as it is told. */
import type { MediaPush, MediaSocket } from "./medialink";

export class FakeSender {
  parameters: { encodings: RTCRtpEncodingParameters[] };

  constructor(encodings: RTCRtpEncodingParameters[]) {
    this.parameters = { encodings };
  }

  getParameters(): any {
    return structuredClone(this.parameters);
  }

  setParameters(parameters: any): Promise<void> {
    this.parameters = parameters;
    return Promise.resolve();
  }
}

export class FakeConnection {
  connectionState = "new";
  onconnectionstatechange: (() => void) | null = null;
  ontrack: unknown = null;
  localDescription: { sdp: string } | null = null;
  answers: string[] = [];
  restarts = 0;
  isClosed = false;
  slots = 0;
  sender: FakeSender | undefined;

  createOffer(options?: { iceRestart?: boolean }): Promise<{ sdp: string }> {
    if (options?.iceRestart) this.restarts += 1;
    return Promise.resolve({ sdp: "v=0\r\n" });
  }

  setLocalDescription(offer: { sdp: string }): Promise<void> {
    this.localDescription = offer;
    return Promise.resolve();
  }

  setRemoteDescription(answer: { sdp: string }): Promise<void> {
    this.answers.push(answer.sdp);
    return Promise.resolve();
  }

  addTransceiver(_track: unknown, init: { sendEncodings?: RTCRtpEncodingParameters[] }): any {
    if (init.sendEncodings) this.sender = new FakeSender(init.sendEncodings);
    this.slots += 1;
    return { sender: this.sender, receiver: { track: { slot: this.slots - 1 } }, setCodecPreferences: () => undefined };
  }

  close(): void {
    this.isClosed = true;
  }

  become(state: string): void {
    this.connectionState = state;
    this.onconnectionstatechange?.();
  }
}

export class FakeSocket implements MediaSocket {
  calls: { topic: string; name: string; data: any }[] = [];
  replies: Record<string, () => Promise<any>> = {};
  follower: { onSnapshot?: (state: any, head: number) => void; onEvent?: (event: MediaPush) => void } = {};
  #watchers = new Set<(status: string) => void>();
  #status = "open";
  #count = 0;

  call(topic: string, name: string, data: object): Promise<any> {
    this.calls.push({ topic, name, data: structuredClone(data) });
    const reply = this.replies[name];
    if (reply) return reply();
    if (name === "media.restart") return Promise.resolve({ ufrag: "new", password: "fresh" });
    this.#count += 1;
    return Promise.resolve({ sdp: "v=0\r\na=ice-ufrag:old\r\na=ice-pwd:stale\r\n", peer: `p${this.#count}` });
  }

  subscribe(_topic: string, follower: FakeSocket["follower"]): () => void {
    this.follower = follower;
    return () => (this.follower = {});
  }

  onStatus(run: (status: string) => void): () => void {
    this.#watchers.add(run);
    run(this.#status);
    return () => this.#watchers.delete(run);
  }

  become(status: string): void {
    this.#status = status;
    for (const watcher of this.#watchers) watcher(status);
  }

  named(name: string): any[] {
    return this.calls.filter((call) => call.name === name).map((call) => call.data);
  }
}

/** Let pending promises run, with fake timers on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
