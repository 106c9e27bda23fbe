/** One line on a terminal that changes while something takes its time; nothing where there is no terminal. */
export type ProgressLine = {
  readonly show: (text: string) => void;
  readonly clear: () => void;
};

const PAUSE_MS = 100;

/** A progress line on standard error. */
export function createProgressLine(out: NodeJS.WriteStream = process.stderr): ProgressLine {
  let shownAt = Number.NEGATIVE_INFINITY;
  let isShown = false;
  return {
    show: (text) => {
      const now = performance.now();
      if (!out.isTTY || now - shownAt < PAUSE_MS) return;
      shownAt = now;
      isShown = true;
      out.write(`\r\u001B[K${text.slice(0, Math.max(20, out.columns - 1))}`);
    },
    clear: () => {
      if (isShown) out.write('\r\u001B[K');
      isShown = false;
    },
  };
}
