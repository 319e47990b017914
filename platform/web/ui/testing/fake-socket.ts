/** A WebSocket that the test plays the server of. */

export class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  static all: FakeSocket[] = [];

  readonly url: string;
  readonly protocols: string[];
  readonly sent: any[] = [];
  readyState = FakeSocket.CONNECTING;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  constructor(url: string, protocols: string[]) {
    this.url = url;
    this.protocols = protocols;
    FakeSocket.all.push(this);
  }

  static get latest(): FakeSocket {
    const socket = FakeSocket.all.at(-1);
    if (!socket) throw new Error("no socket was opened");
    return socket;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.readyState = FakeSocket.CLOSED;
  }

  /** The server accepts and says hello. */
  hello(serverTime = 1_000_000, conn = `conn${FakeSocket.all.length}`): this {
    this.readyState = FakeSocket.OPEN;
    return this.push({ t: "hello", d: { user: 1, server_time: serverTime, ticket: `T${FakeSocket.all.length}`, conn } });
  }

  /** The server sends one frame or several at once. */
  push(...frames: object[]): this {
    this.onmessage?.({ data: JSON.stringify(frames.length === 1 ? frames[0] : frames) });
    return this;
  }

  /** The connection ends. */
  drop(code = 1006): void {
    this.readyState = FakeSocket.CLOSED;
    this.onclose?.({ code });
  }

  of(kind: string): any[] {
    return this.sent.filter((frame) => frame.t === kind);
  }
}
