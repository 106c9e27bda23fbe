import type { Command } from 'commander';
import type { Lookup } from '../../contract/lookup.ts';
import type { SiteState } from '../open-site-state.ts';
import { addConsentOptions } from './consent-options.ts';
import type { ConsentOptions } from './consent-options.ts';

type PlanOptions = ConsentOptions & {
  readonly site: string;
  readonly state?: string;
  readonly disks: string;
  readonly json?: true;
};

/** `gutinteg plan HOST`. */
export function addPlanCommand(program: Command): void {
  const command = program
    .command('plan')
    .description('print what a full install would do to a machine; touches nothing')
    .argument('<host>', 'name of the machine in the database')
    .requiredOption(
      '--disks <facts.json>',
      "the machine's disks, as `gutinteg facts` prints them; - for standard input",
    );
  addConsentOptions(command)
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory, instead of the one in site.yaml')
    .option('--json', 'the plan as JSON')
    .addHelpText('after', PLAN_HELP)
    .action(plan);
}

async function plan(host: string, options: PlanOptions): Promise<void> {
  const { destroysData, formatPlan } = await import('../../installer/plan/format-plan.ts');
  const { signatureFaults } = await import('../../installer/boot-loaders/check-signatures.ts');
  const { planInstall } = await import('../../installer/plan/plan-install.ts');
  const { fetchManifests } = await import('../../installer/description/fetch-manifests.ts');
  const { directoryFetcher } = await import('../../packagelink/contents/fetch.ts');
  const { consolesOf } = await import('../../site/settings.ts');
  const { openSiteState } = await import('../open-site-state.ts');
  const { exitCodeOfPlan } = await import('../exit-code-of-plan.ts');
  const { readFactsFile } = await import('../read-facts-file.ts');

  const facts = await readFactsFile(options.disks);
  const state = await openSiteState(options.site, options.state);
  const lookup = await describe(host, state, options);
  const fetcher = directoryFetcher(state.store.dir);
  const manifests = await fetchManifests({
    lookup,
    fetcher,
    publicKeys: [state.key.publicPem],
  });
  const consoles = consolesOf(state.settings.consoles, lookup.record);
  const { plan: onPaper, tree } = planInstall({ lookup, ...manifests, facts, consoles });
  const isSecure = facts.efi?.secureBoot === true;
  const unsigned = isSecure ? await signatureFaults({ ...onPaper, tree, fetcher }) : [];
  const planned = { ...onPaper, obstacles: [...onPaper.obstacles, ...unsigned] };
  process.stdout.write(options.json === true ? `${JSON.stringify(planned, null, 2)}\n` : formatPlan(planned));
  process.exitCode = exitCodeOfPlan({ obstacles: planned.obstacles, losesData: destroysData(planned) });
}

/** The machine as a look-up would describe it now; with an id of its own kind until a server has claimed it. */
async function describe(
  host: string,
  state: SiteState,
  { initData = [], knownEmpty = [] }: ConsentOptions,
): Promise<Lookup> {
  const { initDataFaults } = await import('../../site/check-init-data.ts');
  const { FaultsError, UserError } = await import('../../lib/errors.ts');
  const { join } = await import('node:path');
  const { readMachineId } = await import('../../netboot/state/read-machine-id.ts');
  const { openMachines } = await import('../open-site-state.ts');
  const site = await openMachines(state);
  const machine = await site.lookupByName(host);
  if (machine === undefined) {
    throw new UserError(`the database has no machine ${host}`, {
      exitCode: 2,
      hint: `machdb check --site ${state.dir}`,
    });
  }
  const machineId = readMachineId(join(state.stateDir, 'netboot.db'), machine.macs);
  if (machineId === undefined) {
    process.stderr.write(`note: no server has seen ${host} yet; the UUIDs below are examples until one has\n`);
  }
  const faults = initDataFaults(machine.record, initData);
  if (faults.length > 0) throw new FaultsError(`planning ${host}`, faults);
  const lookup = await machine.describe(machineId ?? '00000000-0000-4000-8000-000000000000');
  return {
    ...lookup,
    ...(initData.length === 0 ? {} : { initData: [...initData] }),
    ...(knownEmpty.length === 0 ? {} : { knownEmpty: [...knownEmpty] }),
  };
}

const PLAN_HELP = `
Exit codes: 0 nothing is lost; 2 nothing is lost, but something is in the way, so that the installation would end before
its first write; 3 the plan would destroy something that is on a disk now.

Examples:
  gutinteg facts > facts.json                     on the machine, or from any Linux on it
  gutinteg plan lab01 --site ~/site --disks facts.json
  gutinteg plan lab01 --site ~/site --disks facts.json --init-data h     as after: gutinteg arm lab01 --init-data h
`;
