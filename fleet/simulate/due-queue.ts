// Which host comes next. In: hosts by their numbers, times. Out: the one that is due first. A binary heap over two arrays:
// twelve bytes for each host. Never: a host twice, which its caller sees to.

export type DueQueue = {
  readonly size: () => number;
  /** Milliseconds, on the clock of the caller; infinite when nobody waits. */
  readonly firstDue: () => number;
  readonly add: (host: number, due: number) => void;
  /** The first one, taken out. @throws Error when nobody waits */
  readonly take: () => { readonly host: number; readonly due: number };
};

/** @param most hosts at the same time */
export function createDueQueue(most: number): DueQueue {
  const hosts = new Uint32Array(most);
  const dues = new Float64Array(most);
  let size = 0;
  const due = (at: number): number => (at < size ? (dues[at] ?? Infinity) : Infinity);

  function put(at: number, host: number, when: number): void {
    hosts[at] = host;
    dues[at] = when;
  }

  function move(from: number, to: number): void {
    put(to, hosts[from] ?? 0, dues[from] ?? 0);
  }

  function add(host: number, when: number): void {
    if (size === most) throw new Error(`the queue has room for ${most} hosts`);
    let at = size;
    size += 1;
    for (let above = (at - 1) >> 1; at > 0 && due(above) > when; above = (at - 1) >> 1) {
      move(above, at);
      at = above;
    }
    put(at, host, when);
  }

  function take(): { host: number; due: number } {
    if (size === 0) throw new Error('nobody waits');
    const first = { host: hosts[0] ?? 0, due: due(0) };
    const [host, when] = [hosts[size - 1] ?? 0, due(size - 1)];
    size -= 1;
    let at = 0;
    for (;;) {
      const below = due(2 * at + 2) < due(2 * at + 1) ? 2 * at + 2 : 2 * at + 1;
      if (due(below) >= when) break;
      move(below, at);
      at = below;
    }
    put(at, host, when);
    return first;
  }

  return { size: () => size, firstDue: () => due(0), add, take };
}
