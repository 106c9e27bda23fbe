// `gutinteg adopt`: the questions around adopt.ts. In: arguments, answers on standard input. Out: an adopted machine.
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { z } from 'zod';
import { createClient } from '../../contract/client.ts';
import type { Lookup } from '../../contract/lookup.ts';
import type { Report } from '../../contract/report.ts';
import { UserError } from '../../lib/errors.ts';
import { parseMac } from '../../lib/mac.ts';
import type { Mac } from '../../lib/mac.ts';
import { parseEdge } from '../../lib/parse-edge.ts';
import { runCommand } from '../../lib/run-command.ts';
import { parsePublicKeys } from '../../packagelink/manifests/keys.ts';
import { adopt } from './adopt.ts';
import { exitCodeOf, formatReport } from '../nightly/format-report.ts';
import { patienceMs } from '../nightly/patience.ts';
import type { PartialContext } from '../nightly/run-context.ts';
import { readSecureBoot } from '../look/efi/read-efi.ts';
import { readMacs } from '../look/read-facts.ts';

type Options = {
  readonly server: string;
  readonly key: readonly string[];
  readonly mac?: string;
  readonly tokenFile?: string;
  readonly yes: boolean;
  readonly dryRun: boolean;
  readonly patience: string;
  readonly root: string;
};

/** What the agent's program has for every command. */
type Own = {
  readonly takeLockBelow: (root: string) => Promise<Disposable>;
  readonly runningAgent: (root: string) => PartialContext['agent'];
};

const serverSchema = z.url({ protocol: /^http$/, error: 'not an address such as http://10.77.0.1:8080' });
const keySchema = z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'not a fingerprint as gutinteg claim prints it');
const tokenSchema = z.string().regex(/^[0-9a-f]{64}$/, 'not the token that gutinteg claim printed');

/** Adds the command to the agent's program. */
export function addAdoptCommand(program: Command, own: Own): void {
  program
    .command('adopt')
    .description('take in this machine, which was installed by hand: from now on the nightly run keeps it as described')
    .requiredOption('--server <url>', 'the server, as gutinteg claim prints it')
    .requiredOption('--key <fingerprint...>', "the site's keys to believe, as gutinteg claim prints them")
    .option('--mac <mac>', 'the network card that the database knows, instead of looking for it')
    .option('--token-file <file>', 'file with the one-time token of gutinteg claim; otherwise it is asked for')
    .option('--yes', 'go on without asking', false)
    .option('--dry-run', 'show what would change, and stop', false)
    .option('--patience <seconds>', 'how long to wait for a server that does not answer', '20')
    .option('--root <dir>', 'the root of the system, where it is not this one', '/')
    .addHelpText('after', HELP)
    .action(async (options: Options) => {
      await adoptMachine(options, own);
    });
}

async function adoptMachine(options: Options, { takeLockBelow, runningAgent }: Own): Promise<void> {
  const root = resolve(options.root);
  const serverUrl = parseEdge(serverSchema, options.server, '--server').replace(/\/+$/, '');
  const fingerprints = options.key.map((key) => parseEdge(keySchema, key, '--key'));
  const wait = patienceMs(options.patience);
  const questions = openQuestions();
  using _lock = await takeLockBelow(root);
  try {
    const report = await adopt({
      root,
      serverUrl,
      fingerprints,
      secureBoot: root === '/' ? readSecureBoot : async () => false,
      macs: options.mac === undefined ? await readMacs() : [macOf(options.mac)],
      hostname: hostname(),
      connect: (publicKeys, token) =>
        createClient({
          serverUrl,
          publicKeys: parsePublicKeys(publicKeys),
          patienceMs: wait,
          ...(token === undefined ? {} : { token }),
        }),
      run: runCommand,
      agent: runningAgent(root),
      now: Date.now,
      consent: async (plan, lookup) => askConsent(plan, lookup, { options, ask: questions.ask }),
      oneTimeToken: async () => readToken(options, questions.ask),
    });
    if (report === undefined) return;
    process.stdout.write(`${formatReport(report, 'run')}${AFTERWARDS}`);
    process.exitCode = exitCodeOf(report, 'run');
  } finally {
    questions.close();
  }
}

async function askConsent(
  plan: Report,
  lookup: Lookup,
  { options, ask }: { options: Options; ask: Ask },
): Promise<boolean> {
  const mode = lookup.record['OSMODE'] === 'packages' ? 'packages' : 'image';
  const who =
    mode === 'image' ? 'gutinteg keeps all files of the OS package' : "the OS package's files are left to dpkg";
  process.stdout.write(`this machine is ${lookup.name}; OSMODE=${mode}: ${who}\n${formatReport(plan, 'dry-run')}`);
  if (options.dryRun) {
    process.exitCode = exitCodeOf(plan, 'dry-run');
    return false;
  }
  if (options.yes) return true;
  const typed = await ask(`What is replaced is kept. To go on, type the name of the machine (${lookup.name}): `);
  if (typed === lookup.name) return true;
  throw new UserError(`'${typed}' is not ${lookup.name}; nothing was changed`, { exitCode: 2 });
}

async function readToken({ tokenFile }: Options, ask: Ask): Promise<string> {
  const text = tokenFile === undefined ? await ask('One-time token: ') : await readTokenFile(tokenFile);
  return parseEdge(tokenSchema, text.trim(), 'the one-time token');
}

async function readTokenFile(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError(`reading ${path}; nothing was changed`, { exitCode: 2, cause });
  });
}

function macOf(text: string): Mac {
  const mac = parseMac(text);
  if (mac === undefined) throw new UserError(`--mac ${text}: not a MAC address`, { exitCode: 2 });
  return mac;
}

type Ask = (question: string) => Promise<string>;

/** Answers are read line by line, from a terminal or not; questions go to standard error. */
function openQuestions(): { ask: Ask; close: () => void } {
  let lines: { next: AsyncIterator<string>; close: () => void } | undefined;
  const open = () => {
    const reader = createInterface({ input: process.stdin });
    return { next: reader[Symbol.asyncIterator](), close: () => reader.close() };
  };
  return {
    ask: async (question) => {
      process.stderr.write(question);
      lines ??= open();
      const line = await lines.next.next();
      if (line.done === true)
        throw new UserError('no answer; nothing was changed', { exitCode: 2, hint: '--yes, --token-file' });
      return line.value.trim();
    },
    close: () => lines?.close(),
  };
}

const AFTERWARDS = `This machine is adopted. For the nightly run, where systemd was not told of it by a restart:
  systemctl daemon-reload && systemctl start gutinteg.timer
`;

const HELP = `
First the machine is looked up by its network card, and what a run would change is shown: nothing is written before the
name of the machine is typed, or without --yes. Every file that is replaced is kept, and can be brought back.

Partition tables, fstab and the boot loader are left as they are: only an installation knows how it laid out the disks.
With OSMODE=packages in the machine's entry, the files of the OS package are left to dpkg, too.

Only descriptions and manifests that one of the keys has signed are believed, so take --key from the server by a way that
you trust, such as ssh.

Examples:
  gutinteg claim q-bert --site ~/site          on the server: prints the address, the keys and a one-time token
  gutinteg adopt --server http://10.77.0.1:8080 --key SHA256:47DEQ... --dry-run
  gutinteg adopt --server http://10.77.0.1:8080 --key SHA256:47DEQ...
`;
