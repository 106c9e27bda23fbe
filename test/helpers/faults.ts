// Counts the calls of this process that change something, and at one of them ends the process or lets the call fail.
// In: a fault. Out: how many calls there were. SQLite, and programs that are started, make calls of their own, which
// are not seen here.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** `at` counts from 1; `kill` ends the process as a power cut would, before the call. */
export type Fault = { readonly kind: 'none' | 'kill' | 'EIO' | 'ENOSPC'; readonly at: number };

const MUTATING = [
  'chmodSync',
  'chownSync',
  'copyFileSync',
  'fchmodSync',
  'fchownSync',
  'fsyncSync',
  'futimesSync',
  'lchownSync',
  'linkSync',
  'lutimesSync',
  'mkdirSync',
  'renameSync',
  'rmSync',
  'rmdirSync',
  'symlinkSync',
  'unlinkSync',
  'utimesSync',
  'writeSync',
] as const;

let fault: Fault = { kind: 'none', at: 0 };
let calls = 0;

/** Runs `work` with a fault; answers its result and the number of calls. */
export async function withFault<T>(wanted: Fault, work: () => Promise<T>): Promise<{ result: T; calls: number }> {
  [fault, calls] = [wanted, 0];
  try {
    const result = await work();
    return { result, calls };
  } finally {
    fault = { kind: 'none', at: 0 };
  }
}

function beforeCall(name: string): void {
  calls += 1;
  if (fault.kind === 'none' || calls !== fault.at) return;
  if (fault.kind === 'kill') process.kill(process.pid, 'SIGKILL');
  throw Object.assign(new Error(`${fault.kind}: injected, ${name}`), { code: fault.kind });
}

const patched = fs as unknown as Record<string, (...parameters: unknown[]) => unknown>;
for (const name of MUTATING) {
  const original = patched[name];
  if (original === undefined) continue;
  patched[name] = (...parameters) => {
    beforeCall(name);
    return original(...parameters);
  };
}
const open = fs.openSync;
fs.openSync = (path, flags, mode) => {
  if (typeof flags === 'number' && (flags & (fs.constants.O_WRONLY | fs.constants.O_RDWR)) !== 0)
    beforeCall('openSync');
  return open(path, flags, mode);
};
syncBuiltinESMExports();
