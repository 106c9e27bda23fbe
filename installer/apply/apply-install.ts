// Carries out a plan, step by step, and decides nothing.
// In: a plan and its tree, effects. Out: a machine that boots from its own disk, or an error that names the step.
import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RunCommand } from '../../lib/run-command.ts';
import { applyFull } from '../../packagelink/full/apply-full.ts';
import type { LayThreads } from '../../packagelink/full/lay-in-threads.ts';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import { applyBootStep } from './apply-boot-step.ts';
import { applyDiskStep } from './apply-disk-step.ts';
import type { DataReport, DiskEffects } from './apply-disk-step.ts';
import { bootLoaderNamed } from '../boot-loaders/all.ts';
import { startedNetworkEntry } from '../boot-loaders/nvram/network-entry.ts';
import { FILES_DATABASE, formatMachineState, KEYS_DIR, MACHINE_FILE, TOKEN_FILE } from '../machine/machine-state.ts';
import type { MachineState } from '../machine/machine-state.ts';
import type { InstallStep } from '../plan/install-step.ts';
import { TARGET } from '../plan/plan-install.ts';
import type { InstallPlan } from '../plan/plan-install.ts';
import type { Progress } from './report-progress.ts';
import { runInstallCommands } from './run-install-commands.ts';

export type InstallEffects = Pick<DiskEffects, 'readFacts' | 'saveDisks'> & {
  readonly run: RunCommand;
  readonly fetcher: Fetcher;
  /** That lay down files; one that has enough of them starts its own unless given. */
  readonly threads?: LayThreads;
  readonly progress: Progress;
  /** Told just before the first step that changes a disk. */
  readonly onFirstWrite: () => void;
  /** Leaves look-up and manifests on the target, for runs that find the server away. */
  readonly keepDescription: () => Promise<void>;
  /** What stays on the machine for later runs. */
  readonly identity: Pick<MachineState, 'serverUrl' | 'mac' | 'consoles'> & {
    readonly token: string;
    /** PEM text of each of the site's public keys. */
    readonly publicKeys: readonly string[];
  };
};

const COMMAND_TIMEOUT_MS = 10 * 60_000;

/** @throws UserError of the step that failed; nothing after it has been done */
export async function applyInstall(plan: InstallPlan, tree: MergedTree, effects: InstallEffects): Promise<void> {
  let written = false;
  const data: DataReport = new Map();
  for (const group of groupByPhase(plan.steps)) {
    await effects.progress.step(group.phase, titleOf(group.steps), async () => {
      for (const step of group.steps) {
        if (!written && step.kind === 'command' && step.destroys) {
          written = true;
          effects.onFirstWrite();
        }
        await applyStep(step, { plan, tree, effects, data });
      }
    });
  }
}

/** What a phase does, in a line that fits a console. */
function titleOf([first, ...others]: readonly InstallStep[]): string {
  const title = first?.why ?? '';
  const short = title.length <= 90 ? title : `${title.slice(0, 87)}...`;
  return others.length === 0 ? short : `${short} (step 1 of ${others.length + 1})`;
}

function groupByPhase(steps: readonly InstallStep[]): { phase: string; steps: InstallStep[] }[] {
  const groups: { phase: string; steps: InstallStep[] }[] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (last?.phase === step.phase) last.steps.push(step);
    else groups.push({ phase: step.phase, steps: [step] });
  }
  return groups;
}

type Run = {
  readonly plan: InstallPlan;
  readonly tree: MergedTree;
  readonly effects: InstallEffects;
  /** Digests of data partitions before the first write. */
  readonly data: DataReport;
};

async function applyStep(step: InstallStep, run: Run): Promise<void> {
  const { plan, tree, effects, data } = run;
  switch (step.kind) {
    case 'command':
      return applyCommand(step, effects);
    case 'make-directory':
      await mkdir(step.path, { recursive: true });
      return;
    case 'lay-files':
      await applyFull({
        target: TARGET,
        tree,
        fetcher: effects.fetcher,
        ...(effects.threads === undefined ? {} : { threads: effects.threads }),
        stateFile: TARGET + FILES_DATABASE,
        onProgress: effects.progress.bytes,
      });
      return;
    case 'run-after':
      return runInstallCommands({
        commands: step.commands,
        root: TARGET,
        stateFile: TARGET + FILES_DATABASE,
        message: effects.progress.message,
      });
    case 'write-files':
      for (const file of step.files) await writeBelow(TARGET, file.path, file.content, file.mode);
      return;
    case 'write-esp':
    case 'boot-entries':
      return applyBootStep(step, { ...effects, message: effects.progress.message });
    case 'leave-state':
      return leaveState(step, run);
    case 'confirm-facts':
    case 'expect-blank':
    case 'save-disks':
    case 'digest-data':
    case 'verify-table':
    case 'verify-kernel':
    case 'verify-content':
      return applyDiskStep(step, plan, { ...effects, message: effects.progress.message }, data);
  }
}

async function applyCommand(
  { argv, stdin, okExitCodes = [0], nothingToDo = [], onlyIfThere }: Extract<InstallStep, { kind: 'command' }>,
  { run, progress }: InstallEffects,
): Promise<void> {
  if (onlyIfThere !== undefined && !(await isThere(onlyIfThere))) {
    progress.message(`skipped: ${argv.join(' ')}: the kernel shows no ${onlyIfThere}`);
    return;
  }
  const { exitCode, stderr } = await run(argv, {
    timeoutMs: COMMAND_TIMEOUT_MS,
    ...(stdin === undefined ? {} : { stdin }),
    okExitCodes: [...okExitCodes, ...nothingToDo],
  });
  if (nothingToDo.includes(exitCode)) progress.message(`nothing to do: ${argv.join(' ')}: ${stderr.trim()}`);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function leaveState(
  step: Extract<InstallStep, { kind: 'leave-state' }>,
  { plan, effects, data }: Run,
): Promise<void> {
  const { token, publicKeys, ...identity } = effects.identity;
  const network = startedNetworkEntry(plan.facts.efi);
  const state: MachineState = {
    format: 2,
    machineId: plan.machine.machineId,
    hostname: plan.machine.name,
    ...identity,
    generation: plan.generation,
    layout: plan.layout,
    data: [...data].flatMap(([name, { before, after }]) => (after === undefined ? [] : [{ name, before, after }])),
    ...(network === undefined ? {} : { networkBoot: network }),
    bootLoader: await Promise.all(
      step.artefacts.map(async ({ loader, artefact, digests }) => {
        return { loader, artefact, digests: digests ?? (await bootLoaderNamed(loader).digest(artefact)) };
      }),
    ),
  };
  await writeBelow(TARGET, MACHINE_FILE, formatMachineState(state), 0o644);
  await writeBelow(TARGET, TOKEN_FILE, `${token}\n`, 0o600);
  await effects.keepDescription();
  for (const [index, pem] of publicKeys.entries()) await writeBelow(TARGET, `${KEYS_DIR}/${index}.pub`, pem, 0o644);
}

async function writeBelow(root: string, path: string, content: string, mode: number): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, content, { mode });
  await chmod(file, mode);
}
