import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../lib/run-command.ts';
import type { Argv, CommandResult } from '../../lib/run-command.ts';

const ENTER = '#!/bin/sh\nset -e\nmount --bind "$1" /etc\nshift\nexec "$@"\n';

/** Runs a program, with a directory in the place of /etc, in a mount namespace of its own. Every exit code is an answer. */
export async function inOwnEtc(etc: string, argv: Argv): Promise<CommandResult> {
  const dir = await mkdtemp(join(tmpdir(), 'own-etc-'));
  try {
    const enter = join(dir, 'enter');
    await writeFile(enter, ENTER, { mode: 0o755 });
    return await runCommand(['unshare', '--mount', enter, etc, ...argv], {
      okExitCodes: Array.from({ length: 256 }, (_, code) => code),
      env: { PATH: '/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin' },
      timeoutMs: 60_000,
    });
  } finally {
    await rm(dir, { recursive: true });
  }
}
