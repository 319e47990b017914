/** Files on their way to the server, by question: they go on while the candidate works elsewhere. */
import { get } from "$web/api";
import { type Upload, type UploadStatus, type UploadView, startUpload, viewOf } from "$scanner/upload";

export interface FileValue {
  upload: string;
  name: string;
}

export interface UploadPorts {
  /** A step of a question's upload; null when there is nothing to show any more. */
  onChange(question: number, view: UploadView | null): void;
  /** The server keeps the file: it is the answer now. */
  onReceived(question: number, value: FileValue): void;
  start?: ((file: File, purpose: "answer", options: { onChange: (view: UploadView) => void }) => Upload) | undefined;
  status?: (upload: string) => Promise<UploadStatus>;
}

/** What the widget of a file question may ask for. */
export interface Files {
  send(question: number, file: File): void;
  again(question: number): void;
  stop(question: number): void;
  look(question: number, upload: string): void;
}

export class Uploads implements Files {
  private readonly latest = new Map<number, { upload: Upload; file: File }>();
  private readonly looked = new Set<string>();

  constructor(private readonly ports: UploadPorts) {}

  /** Send a file as the answer to a question; what was on its way for it is given up. */
  send(question: number, file: File): void {
    this.latest.get(question)?.upload.abort();
    let upload: Upload | null = null;
    const isLatest = () => upload === null || this.latest.get(question)?.upload === upload;
    const onChange = (view: UploadView) => isLatest() && this.ports.onChange(question, view);
    upload = (this.ports.start ?? startUpload)(file, "answer", { onChange });
    this.latest.set(question, { upload, file });
    void upload.received.then(({ status, phase, name }) => {
      if (status && phase !== "rejected" && isLatest()) this.ports.onReceived(question, { upload: status.id, name });
    });
  }

  /** The same file once more, after a failure. */
  again(question: number): void {
    const known = this.latest.get(question);
    if (known) this.send(question, known.file);
  }

  /** The candidate gave the file up. */
  stop(question: number): void {
    this.latest.get(question)?.upload.abort();
    this.latest.delete(question);
    this.ports.onChange(question, null);
  }

  /** After a reload the answer names the file; its verdict is asked for once. */
  look(question: number, upload: string): void {
    if (this.looked.has(upload) || this.latest.has(question)) return;
    this.looked.add(upload);
    (this.ports.status ?? statusOf)(upload).then(
      (status) => {
        if (!this.latest.has(question)) this.ports.onChange(question, viewOf(status));
      },
      () => {}, // The name is shown all the same; the file itself is safe on the server.
    );
  }

  /** Whether a file is on its way now. */
  get isSending(): boolean {
    return [...this.latest.values()].some(({ upload }) => upload.view.phase === "sending");
  }

  /** Resolves when no file is on its way any more. */
  async settled(): Promise<void> {
    await Promise.all([...this.latest.values()].map(({ upload }) => upload.received));
  }

  close(): void {
    for (const { upload } of this.latest.values()) upload.abort();
  }
}

const statusOf = (upload: string): Promise<UploadStatus> => get<UploadStatus>(`/uploads/${upload}/status`);
