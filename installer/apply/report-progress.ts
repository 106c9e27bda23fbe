// Tells the console and the server how an installation goes. In: steps, bytes. Out: lines and events.
// Never: fails an installation because nobody listens.
import type { InstallEvent } from '../../contract/events.ts';
import { formatBytes } from '../../lib/bytes.ts';
import { describeError } from '../../lib/errors.ts';

export type Progress = {
  /** Runs one step, telling its start, its end and its seconds. */
  readonly step: <T>(name: string, why: string, work: () => Promise<T>) => Promise<T>;
  readonly bytes: (doneBytes: number, totalBytes: number) => void;
  readonly message: (text: string) => void;
  /** The step that is under way, or was when something failed. */
  readonly currentStep: () => string | undefined;
  /** Waits until the server has what was told so far, or cannot be reached. */
  readonly flush: () => Promise<void>;
};

export type ProgressOptions = {
  readonly print: (line: string) => void;
  /** Delivers events in order; undefined where there is no server to tell. */
  readonly send?: (events: readonly InstallEvent[]) => Promise<void>;
  /** Milliseconds since power-on or since the start, whichever is known. */
  readonly now: () => number;
};

const SEND_EVERY_MS = 400;
const PRINT_EVERY_MS = 1000;

export function createProgress(options: ProgressOptions): Progress {
  const queue = createQueue(options);
  let current: string | undefined;
  let lastPrintMs = -Infinity;
  let lastSendMs = -Infinity;
  const print = (text: string): void => options.print(`[${(options.now() / 1000).toFixed(1).padStart(6)}] ${text}`);
  return {
    step: async (name, why, work) => {
      current = name;
      lastPrintMs = -Infinity;
      const startMs = options.now();
      print(`${name}: ${why}`);
      queue.push({ kind: 'step-started', step: name, why });
      const result = await work();
      const seconds = Math.round(options.now() - startMs) / 1000;
      print(`${name}: done in ${seconds.toFixed(1)} s`);
      queue.push({ kind: 'step-finished', step: name, seconds });
      return result;
    },
    bytes: (doneBytes, totalBytes) => {
      const nowMs = options.now();
      const last = doneBytes === totalBytes;
      if (last || nowMs - lastPrintMs >= PRINT_EVERY_MS) {
        lastPrintMs = nowMs;
        const percent = totalBytes === 0 ? 100 : Math.floor((doneBytes / totalBytes) * 100);
        print(`${current ?? ''}: ${percent} % ${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`);
      }
      if (!last && nowMs - lastSendMs < SEND_EVERY_MS) return;
      lastSendMs = nowMs;
      queue.push({ kind: 'step-progress', step: current ?? '', doneBytes, totalBytes });
    },
    message: (text) => {
      print(text);
      queue.push({ kind: 'message', text: text.slice(0, 2000) });
    },
    currentStep: () => current,
    flush: queue.flush,
  };
}

/** Sends what has gathered while the last delivery was under way; drops nothing but after a failed delivery. */
function createQueue(options: ProgressOptions): { push: (event: InstallEvent) => void; flush: () => Promise<void> } {
  let waiting: InstallEvent[] = [];
  let delivery: Promise<void> | undefined;
  const deliver = async (): Promise<void> => {
    while (waiting.length > 0) {
      const events = waiting.splice(0, 500);
      try {
        await options.send?.(events);
      } catch (error) {
        options.print(`the server was not told of ${events.length} events: ${describeError(error)}`);
        waiting = [];
      }
    }
    delivery = undefined;
  };
  return {
    push: (event) => {
      waiting.push(event);
      delivery ??= Promise.resolve().then(deliver);
    },
    flush: async () => {
      await delivery;
    },
  };
}
