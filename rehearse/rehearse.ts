// A whole provisioning run in a virtual machine: the real server, the real firmware, the machine's real record.
// In: a site and a host. Out: a verdict, with logs beside it. Never: touches a network, a disk or a process that it
// did not make; whatever it made is gone when it returns, also when it was interrupted.
import { join } from 'node:path';
import { writeFileAtomically } from '../lib/write-file-atomically.ts';
import { describeHardware } from './describe-hardware.ts';
import { expectNothingChanged, expectSystem } from './expect-system.ts';
import { installFromNetwork, startFromDisk } from './power-cycle.ts';
import type { Start } from './power-cycle.ts';
import { prepareSite, setUpRun } from './set-up-run.ts';
import type { RehearsalRun, RunOptions } from './set-up-run.ts';
import { createLoginKey } from './login-key.ts';
import type { LoginKey } from './login-key.ts';
import { checkLogin } from './log-in.ts';
import { siteWithKey } from './site-with-key.ts';
import { readRehearsedMachine } from './site-machine.ts';
import type { RehearsalSubject, RehearsedMachine } from './site-machine.ts';
import type { Expectation, Verdict } from './verdict.ts';
import type { VirtualMachine } from './virtual-machine.ts';

export type RehearsalOptions = RunOptions &
  RehearsalSubject & {
    /** The machine gets a key of the run in ROOT_KEYS, and at the end root logs in with it by SSH. */
    readonly logIn?: boolean;
    /** More expectations on the running machine after its second start; the demo changes a file by hand here. */
    readonly more?: (session: RehearsalSession) => Promise<readonly Expectation[]>;
    /** Called at the end with the machine still running; the rehearsal ends when it returns. */
    readonly keep?: (session: RehearsalSession) => Promise<void>;
  };

export type RehearsalSession = RehearsalRun & { readonly vm: VirtualMachine };

/** @throws UserError when the rehearsal itself could not run; a machine that is not as described is in the verdict */
export async function rehearse(options: RehearsalOptions): Promise<Verdict> {
  await using stack = new AsyncDisposableStack();
  const key = options.logIn === true ? await createLoginKey(stack) : undefined;
  const machine = await readMachine(stack, options, key);
  options.onLine(describeHardware(machine));
  await prepareSite(machine.site, options);
  const run = await setUpRun(stack, machine, options);

  const installed = await installFromNetwork(run);
  const starts: Start[] = [installed];
  const expectations: Expectation[] = [];
  if (installed.report !== undefined) {
    expectations.push(...expectSystem(machine, installed.report, run.logs.install));
    const second = await startFromDisk(run);
    stack.defer(second.vm.kill);
    starts.push(second);
    if (second.report !== undefined) {
      const name = 'nothing to change at the second start';
      expectations.push(expectNothingChanged(name, second.report, run.logs.second));
    }
    const session = { ...run, vm: second.vm };
    expectations.push(...((await options.more?.(session)) ?? []));
    if (key !== undefined) expectations.push(...(await checkLogin(session, key)));
    await options.keep?.(session);
  }
  const all = [...starts.flatMap((start) => start.expectations), ...expectations];
  const verdict: Verdict = {
    machine: machine.name,
    ok: all.every(({ ok }) => ok),
    phases: starts.flatMap(({ phases }) => phases),
    installSeconds: installed.installSeconds,
    expectations: all,
    reports: starts.flatMap(({ report }) => (report === undefined ? [] : [report])),
    logs: Object.values(run.logs),
  };
  await writeFileAtomically(join(run.workDir, 'verdict.json'), `${JSON.stringify(verdict, null, 2)}\n`);
  return verdict;
}

/** The machine as the site describes it, but for whom it lets in. */
async function readMachine(
  stack: AsyncDisposableStack,
  options: RehearsalOptions,
  key: LoginKey | undefined,
): Promise<RehearsedMachine> {
  const machine = await readRehearsedMachine(options);
  if (key === undefined) return machine;
  const { host } = options;
  const siteDir = await siteWithKey(stack, { siteDir: machine.site.dir, host, publicKey: key.publicKey });
  return readRehearsedMachine({ ...options, siteDir, stateDir: machine.site.stateDir });
}
