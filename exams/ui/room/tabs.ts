/** What the tabs of one attempt on this device tell each other; nothing where that is unsupported. */

export type TabNews =
  /** This tab has the lease now. */
  | { kind: "took"; tab: string }
  /** An answer reached the device's store. */
  | { kind: "kept"; tab: string; question: number }
  /** The attempt was handed in and the store wiped. */
  | { kind: "handed_in"; tab: string };

type WithoutTab<News> = News extends { tab: string } ? Omit<News, "tab"> : never;

export class Tabs {
  readonly name: string = crypto.randomUUID();
  private readonly channel: BroadcastChannel | null;

  constructor(attempt: number) {
    this.channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(`invigil-${attempt}`) : null;
  }

  tell(news: WithoutTab<TabNews>): void {
    this.channel?.postMessage({ ...news, tab: this.name });
  }

  listen(run: (news: TabNews) => void): void {
    if (!this.channel) return;
    this.channel.onmessage = (message: MessageEvent<TabNews>) => {
      if (message.data.tab !== this.name) run(message.data);
    };
  }

  close(): void {
    this.channel?.close();
  }
}
