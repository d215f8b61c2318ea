import type { Entry } from "./entries";

/** How much is held at once. */
export interface Room {
  readonly bytes: number;
  readonly entries: number;
  /** What is larger than this has no place here. */
  readonly bytesEach: number;
}

/** An isolate has 128 MB for everything. */
export const usual: Room = { bytes: 16 * 2 ** 20, entries: 1000, bytesEach: 2 ** 20 };

/** Beside its body: headers, name, and what an object costs. */
const OVERHEAD_BYTES = 2048;

/**
 * What one isolate remembers: bytes and headers, nothing that belongs to a request. Who came first goes
 * first, because none stays for longer than the bound anyhow.
 */
export class Memory {
  readonly #room: Room;
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(room: Room = usual) {
    this.#room = room;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** May be past its time: whoever asks looks. */
  get(name: string): Entry | undefined {
    return this.#entries.get(name);
  }

  /** Of two answers, the one that was asked for later stays, whichever came first. */
  set(name: string, entry: Entry): void {
    const known = this.#entries.get(name);
    if (known && known.startedAt > entry.startedAt) return;
    this.delete(name);
    const size = sizeOf(entry);
    if (size > this.#room.bytesEach) return;
    this.#entries.set(name, entry);
    this.#bytes += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#room.bytes && this.#entries.size <= this.#room.entries) break;
      this.delete(oldest);
    }
  }

  delete(name: string): void {
    const entry = this.#entries.get(name);
    if (!entry) return;
    this.#entries.delete(name);
    this.#bytes -= sizeOf(entry);
  }
}

const sizeOf = ({ bytes }: Entry): number => bytes.byteLength + OVERHEAD_BYTES;
