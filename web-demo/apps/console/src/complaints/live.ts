import { setToken, token } from "../session.ts";

/** What the server tells: ask for everything again, or one record moved. */
export type News = { kind: "refetch" } | { kind: "complaint"; id: string; version: number } | { kind: "presence"; id: string };

/** Whether the feed is there, is being looked for, or has been gone for a while. */
export type Line = "connecting" | "online" | "offline";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** The server says something every 15 seconds; with nothing for this long the line is dead. */
const SILENCE_MS = 40_000;

type Listener = { news(news: News): void; line?(line: Line): void };

/**
 * The live feed of the console, one connection for all screens. An `EventSource` cannot send the token, so this reads
 * the stream itself. Open while somebody listens and the page is visible; after a break it goes on where it was.
 */
class Live {
  #listeners = new Set<Listener>();
  #abort: AbortController | null = null;
  #last = "";
  #pause = FIRST_PAUSE_MS;
  #timer = 0;
  #line: Line = "connecting";

  get line(): Line {
    return this.#line;
  }

  /** Hears news until the returned function is called. */
  listen(listener: Listener): () => void {
    if (this.#listeners.size === 0) {
      document.addEventListener("visibilitychange", this.#wake);
      window.addEventListener("online", this.#wake);
    }
    this.#listeners.add(listener);
    this.#wake();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      document.removeEventListener("visibilitychange", this.#wake);
      window.removeEventListener("online", this.#wake);
      this.#stop();
      this.#last = "";
    };
  }

  #wake = (): void => {
    if (document.hidden) return this.#stop();
    if (this.#abort) return;
    this.#pause = FIRST_PAUSE_MS;
    clearTimeout(this.#timer);
    void this.#connect();
  };

  #stop(): void {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    this.#abort = null;
  }

  async #connect(): Promise<void> {
    const abort = (this.#abort = new AbortController());
    let silence = 0;
    const heard = (): void => {
      clearTimeout(silence);
      silence = window.setTimeout(() => abort.abort(), SILENCE_MS);
    };
    try {
      heard();
      const response = await fetch("/api/v1/console/events", {
        headers: {
          authorization: `Bearer ${token() ?? ""}`,
          accept: "text/event-stream",
          ...(this.#last ? { "last-event-id": this.#last } : {}),
        },
        signal: abort.signal,
        cache: "no-store",
      });
      if (response.status === 401 && token()) setToken(null); // The session is over.
      if (!response.ok || !response.body) throw new Error(String(response.status));
      this.#is("online");
      this.#pause = FIRST_PAUSE_MS;
      await this.#read(response.body, heard);
    } catch {
      // Broken, refused or given up: all the same, it is tried again.
    }
    clearTimeout(silence);
    if (this.#abort !== abort) return; // Stopped on purpose.
    this.#abort = null;
    this.#is(this.#pause > FIRST_PAUSE_MS ? "offline" : "connecting");
    if (!token()) return;
    this.#timer = window.setTimeout(() => this.#listeners.size > 0 && !document.hidden && void this.#connect(), this.#pause);
    this.#pause = Math.min(LONGEST_PAUSE_MS, this.#pause * 2);
  }

  async #read(body: ReadableStream<Uint8Array>, heard: () => void): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      heard();
      text += decoder.decode(value, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) this.#take(block);
    }
  }

  /** One event: lines `id:` and `data:`; a comment has neither. */
  #take(block: string): void {
    let data = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("id:")) this.#last = line.slice(3).trim();
      if (line.startsWith("data:")) data += line.slice(5);
    }
    if (!data) return;
    const news = JSON.parse(data) as News;
    for (const listener of [...this.#listeners]) listener.news(news);
  }

  #is(line: Line): void {
    if (line === this.#line) return;
    this.#line = line;
    for (const { line: told } of [...this.#listeners]) told?.(line);
  }
}

/** The console's feed. */
export const live = new Live();
