import { readFile } from 'node:fs/promises';
import { hostname, release } from 'node:os';
import { z } from 'zod';
import type { SystemFacts } from '../../contract/report.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import type { Argv, RunCommand } from '../../lib/run-command.ts';

/** What the installed system says of itself, in its own tools' words: mounts, block devices, swap, fstab. */
export async function readSystem(run: RunCommand): Promise<SystemFacts> {
  const json = async (argv: Argv): Promise<unknown> => {
    const { stdout } = await run(argv, { okExitCodes: [0, 1], timeoutMs: 30_000 });
    return stdout.trim() === '' ? null : parseJsonEdge(z.unknown(), stdout, argv.join(' '));
  };
  const [findmnt, lsblk, swapon, fstab] = await Promise.all([
    json(['findmnt', '--json', '--real', '--output', 'TARGET,SOURCE,FSTYPE,OPTIONS,UUID']),
    json([
      'lsblk',
      '--json',
      '--bytes',
      '--output',
      'NAME,PATH,TYPE,SIZE,FSTYPE,UUID,PARTUUID,PARTTYPE,MOUNTPOINTS,SERIAL',
    ]),
    readSwaps(run),
    readFile('/etc/fstab', 'utf8'),
  ]);
  return { hostname: hostname(), kernel: release(), findmnt, lsblk, swapon, fstab };
}

/** swapon prints no JSON; each row becomes an object with its column names. @see swapon(8) --show */
async function readSwaps(run: RunCommand): Promise<unknown> {
  const { stdout } = await run(['swapon', '--show=NAME,TYPE,SIZE,UUID', '--noheadings', '--bytes', '--raw']);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name, type, size, uuid] = line.split(' ');
      return { name, type, size: Number(size), uuid };
    });
}
