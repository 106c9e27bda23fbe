// A host of the lab: its programs run in its own root, its own network, and under its own name.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../../lib/run-command.ts';
import type { CommandOptions, RunCommand } from '../../../lib/run-command.ts';
import type { OverlayRoot } from '../package-hosts/overlay-root.ts';

/** All of the program's own exit codes are answers. */
export type Said = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

export type LabHost = {
  readonly name: string;
  /** Its root, as it is seen from here. */
  readonly root: string;
  /** Runs a program on the host, as root. */
  readonly run: RunCommand;
  /** `gutinteg-fleet WORDS…` as root, who gives up all rights: as an administrator runs it. */
  readonly agent: (words: readonly string[], options?: CommandOptions) => Promise<Said>;
  /** `gutinteg-fleet check-in` as the user that cron has. */
  readonly checkIn: () => Promise<Said>;
  /** With a token on standard input, or none. */
  readonly enrol: (token: string | undefined) => Promise<Said>;
  /** Bytes that its card has sent so far, with all headers. */
  readonly sentBytes: () => Promise<number>;
};

const ANSWERS = { okExitCodes: [0, 1, 2, 4], timeoutMs: 120_000 };
const USER = 'gutinteg-fleet';
/** Where every host has the server's certificate. */
const CERTIFICATE = '/srv/fleet/certificate.pem';

export function labHost(given: { name: string; namespace: string; overlay: OverlayRoot; url: string }): LabHost {
  const { name, namespace, overlay, url } = given;
  const { root, run } = overlay;
  const agent: LabHost['agent'] = (words, options) => run(['gutinteg-fleet', ...words], { ...ANSWERS, ...options });
  const asUser = ['setpriv', `--reuid=${USER}`, `--regid=${USER}`, '--clear-groups'] as const;
  const place = ['--server', url, '--certificate', CERTIFICATE];
  return {
    name,
    root,
    run,
    agent,
    checkIn: () => run([...asUser, 'gutinteg-fleet', 'check-in'], ANSWERS),
    enrol: (token) =>
      token === undefined
        ? agent(['enrol', ...place])
        : agent(['enrol', ...place, '--token-stdin'], { stdin: `${token}\n` }),
    sentBytes: async () => {
      const argv = ['ip', 'netns', 'exec', namespace, 'cat', '/sys/class/net/eth0/statistics/tx_bytes'] as const;
      return Number((await runCommand(argv)).stdout);
    },
  };
}

const ENTER = '#!/bin/sh\nset -e\nhostname "$1"\nshift\nexec "$@"\n';

/** A program that gives its caller another name: `PROGRAM NAME COMMAND…`. @returns its path */
export async function writeEnter(directory: string): Promise<string> {
  const file = join(directory, 'enter');
  await writeFile(file, ENTER, { mode: 0o755 });
  return file;
}

/** Put before every program of a host. */
export const prefixOf = (namespace: string, enter: string, name: string): readonly string[] => [
  'ip',
  'netns',
  'exec',
  namespace,
  'unshare',
  '--uts',
  enter,
  name,
];
