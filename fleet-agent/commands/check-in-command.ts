// `gutinteg-fleet check-in`.
import type { Command } from 'commander';
import { harmlessJson, harmlessLines } from '../../lib/harmless-text.ts';
import { listKinds } from '../../contract/fleet/inventory.ts';
import { tryCheckIn } from '../exchange/try-check-in.ts';
import type { Tried } from '../exchange/try-check-in.ts';
import type { HostContext } from '../exchange/host-context.ts';
import { planListDocument } from '../exchange/plan-document.ts';
import { takeFreshLook } from '../exchange/current-look.ts';
import { readKeptList } from '../state/kept-lists.ts';
import { openState } from '../state/open-state.ts';
import { requireServerPlace } from '../state/server-place.ts';
import { lockState, openContext } from './open-context.ts';
import { formatWait } from './format-wait.ts';

type Options = { readonly state: string; readonly dryRun: boolean; readonly json: boolean; readonly quiet: boolean };

/** All is right here, but the server is away. */
export const AWAY = 4;

export function addCheckInCommand(program: Command, stateDirectory: string): void {
  program
    .command('check-in')
    .description("report what has changed to the fleet's server, and answer what it asks")
    .option('--if-due', 'only when the time has come that the server set; for timers', false)
    .option('--dry-run', 'say what the next check-in would report, send nothing and change nothing', false)
    .option('--quiet', 'say nothing when all is well', false)
    .option('--json', 'print the result as JSON', false)
    .option('--state <dir>', 'where the key and the state are kept', stateDirectory)
    .action(checkIn);
}

async function checkIn({ state, dryRun, json, quiet }: Options): Promise<void> {
  const paths = openState(state);
  const place = requireServerPlace(paths);
  await using _lock = await lockState(paths, 0);
  const context = await openContext(paths, place);
  using _client = context.client;
  if (dryRun) {
    const found = await compareWithReported(context);
    process.stdout.write(
      json ? `${harmlessJson(JSON.stringify(found, null, 2))}\n` : harmlessLines(formatDryRun(found)),
    );
    return;
  }
  const tried = await tryCheckIn(context);
  const isWell = tried.outcome === 'done' || tried.outcome === 'waiting';
  if (json) process.stdout.write(`${harmlessJson(JSON.stringify(tried, null, 2))}\n`);
  else if (!isWell) process.stderr.write(formatTried(tried));
  else if (!quiet) process.stdout.write(formatTried(tried));
  if (!isWell) process.exitCode = tried.isAway ? AWAY : 1;
}

export function formatTried({ outcome, message, nextSeconds, sent, tasks }: Tried): string {
  const what = [...sent.map((name) => `sent: ${name}`), ...(tasks > 0 ? [`tasks answered: ${tasks}`] : [])];
  const said = what.length === 0 && outcome === 'done' ? ['nothing new to report'] : what;
  const again = `next check-in in ${formatWait(nextSeconds)}`;
  if (outcome === 'done') return `${[...said, again].join('\n')}\n`;
  return harmlessLines(`${outcome}: ${message}\n${again}\n`);
}

type Found = {
  readonly facts: unknown;
  readonly lists: readonly { kind: string; reported: boolean; added: readonly string[]; removed: readonly string[] }[];
};

async function compareWithReported(context: HostContext): Promise<Found> {
  const fresh = await takeFreshLook(context);
  const lists = listKinds.map((kind) => {
    const kept = readKeptList(context.paths, kind);
    const items = fresh.lists[kind] ?? [];
    const document = planListDocument({ kind, digest: fresh[kind], items, base: kept?.digest, kept });
    const { added, removed } = 'added' in document ? document : { added: [], removed: [] };
    const words = (all: typeof added): string[] => all.map(([name, arch, version]) => `${name} ${version} (${arch})`);
    return { kind, reported: kept !== undefined, added: words(added), removed: words(removed) };
  });
  return { facts: fresh.facts, lists };
}

function formatDryRun({ lists }: Found): string {
  const lines = lists.flatMap(({ kind, reported, added, removed }) => {
    if (!reported) return [`${kind}: the whole list, of ${added.length}, as nothing of it was reported yet`];
    if (added.length + removed.length === 0) return [`${kind}: as reported`];
    return [`${kind}:`, ...removed.map((line) => `  - ${line}`), ...added.map((line) => `  + ${line}`)];
  });
  return `${lines.join('\n')}\n`;
}
