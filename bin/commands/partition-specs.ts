import { Option } from 'commander';
import type { Command } from 'commander';
import type { MachineFacts } from '../../partition-specs/disk-facts.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import { addConsentOptions } from './consent-options.ts';
import type { ConsentOptions } from './consent-options.ts';

type SpecOptions = {
  readonly spec: string;
  readonly os: string;
  readonly rootfs?: string;
  readonly firmware?: 'bios' | 'uefi' | 'both';
  readonly json?: true;
};

type PlanOptions = SpecOptions &
  ConsentOptions & {
    readonly disks?: string;
    readonly bind?: Bindings;
    readonly machineId: string;
  };

const FAMILIES = ['linux', 'solaris', 'sunos', 'freebsd', 'openbsd', 'netbsd', 'dos'];
/** For layouts on paper: the UUIDs that derive from it are examples. */
const EXAMPLE_ID = '00000000-0000-4000-8000-000000000000';

/** `gutinteg partition check`, `plan` and `render`: the PARTITION language by hand, without a site. */
export function addSpecCommands(partition: Command): void {
  withSpec(partition.command('check'))
    .description('check a PARTITION text; looks at no disk')
    .addHelpText('after', CHECK_HELP)
    .action(check);
  withDisks(withSpec(partition.command('plan')))
    .description('show what a PARTITION text does to disks: every partition, kept, made or lost; changes nothing')
    .addHelpText('after', PLAN_HELP)
    .action(plan);
  withDisks(withSpec(partition.command('render')))
    .description('print the commands and files that a PARTITION text turns into; runs nothing')
    .addHelpText('after', RENDER_HELP)
    .action(render);
}

function withSpec(command: Command): Command {
  return command
    .requiredOption('--spec <text>', 'the text of PARTITION', (text) => text.replace(/^\s*PARTITION\s*=\s*/, ''))
    .addOption(new Option('--os <family>', 'whose conventions').choices(FAMILIES).default('linux'))
    .option('--rootfs <partition>', 'the root, where the text does not say it: hda2')
    .addOption(new Option('--firmware <kind>', "instead of the disks' machine's own").choices(['bios', 'uefi', 'both']))
    .option('--json', 'the result as JSON');
}

function withDisks(command: Command): Command {
  const bind = new Option('--bind <name=selector>', 'DISK_name, such as disk0=serial:S3Z9NB0K; may be repeated');
  return addConsentOptions(command)
    .option('--disks <facts.json>', "disks as `gutinteg facts` prints them; - for standard input; else this machine's")
    .addOption(bind.argParser(collectBinding))
    .option('--machine-id <uuid>', 'what UUIDs derive from', EXAMPLE_ID);
}

type Bindings = Readonly<Record<string, string>>;

function collectBinding(written: string, before: Bindings = {}): Bindings {
  // As it stands in a database is fine, too.
  const text = written.replace(/^DISK_/, '');
  const at = text.indexOf('=');
  return at < 1 ? { ...before, [text]: '' } : { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}

async function check({ json, ...options }: SpecOptions): Promise<void> {
  const { FaultsError } = await import('../../lib/errors.ts');
  try {
    await checkSpec({ ...options, ...(json === undefined ? {} : { json }) });
  } catch (error) {
    if (json !== true || !(error instanceof FaultsError)) throw error;
    process.stdout.write(`${JSON.stringify({ sound: false, faults: error.faults }, null, 2)}\n`);
    process.exitCode = error.exitCode;
  }
}

async function checkSpec({ spec, os, rootfs, firmware, json }: SpecOptions): Promise<void> {
  const { parsePartitionSpec } = await import('../../partition-specs/spec.ts');
  const { checkSpecSupport } = await import('../../partition-specs/spec-support.ts');
  const parsed = parsePartitionSpec(spec);
  const { notes } = checkSpecSupport({ spec: parsed, rootfs, family: os, firmware });
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ sound: true, ...parsed, notes }, null, 2)}\n`);
    return;
  }
  const count = (things: readonly unknown[], one: string, many: string) =>
    things.length === 0 ? [] : [`${things.length} ${things.length === 1 ? one : many}`];
  const words = [
    ...count(parsed.disks, 'disk', 'disks'),
    ...count(
      parsed.disks.flatMap(({ partitions }) => partitions),
      'partition',
      'partitions',
    ),
    ...count(parsed.arrays, 'array', 'arrays'),
    ...count(parsed.groups, 'volume group', 'volume groups'),
  ];
  process.stdout.write(`sound for ${os}: ${words.join(', ')}\n${notes.map((note) => `note: ${note}\n`).join('')}`);
}

async function plan(options: PlanOptions): Promise<void> {
  const { formatLayout, describeLosses } = await import('../../partition-specs/format-layout.ts');
  const { exitCodeOfPlan } = await import('../exit-code-of-plan.ts');
  const facts = await readDisks(options.disks);
  const layout = await planOf(options, facts);
  const losses = describeLosses(layout);
  const obstacles = await obstaclesTo(layout, facts);
  if (options.json === true) process.stdout.write(`${JSON.stringify({ layout, losses, obstacles }, null, 2)}\n`);
  else {
    const list = obstacles.map((obstacle) => `  ${obstacle}\n`).join('');
    const way = list === '' ? '' : `\nWhat stops this installation:\n${list}`;
    process.stdout.write(`${formatLayout(layout)}${way}\n${await renderText(layout)}`);
  }
  process.exitCode = exitCodeOfPlan({ obstacles, losesData: losses.length > 0 });
}

/** One sentence for each, with the variable that chose the disk. */
async function obstaclesTo(layout: Layout, facts: MachineFacts): Promise<string[]> {
  const { planLayoutTeardown } = await import('../../partition-specs/plan-teardown.ts');
  return planLayoutTeardown(layout, facts).faults.map(({ where, message }) => `${where}: ${message}`);
}

async function render(options: PlanOptions): Promise<void> {
  const facts = await readDisks(options.disks);
  const layout = await planOf(options, facts);
  const { exitCodeOfPlan } = await import('../exit-code-of-plan.ts');
  const { osFamilies } = await import('../../partition-specs/os-families/all.ts');
  const rendered = osFamilies.get(layout.family)?.render(layout);
  process.stdout.write(options.json === true ? `${JSON.stringify(rendered, null, 2)}\n` : await renderText(layout));
  const obstacles = await obstaclesTo(layout, facts);
  for (const obstacle of obstacles) process.stderr.write(`what stops this installation: ${obstacle}\n`);
  process.exitCode = exitCodeOfPlan({ obstacles, losesData: false });
}

async function refuseUnknownDisks(bound: readonly string[], disks: readonly string[]): Promise<void> {
  const { UserError } = await import('../../lib/errors.ts');
  const unknown = bound.filter((name) => !disks.includes(name));
  if (unknown.length === 0) return;
  throw new UserError(`--bind ${unknown.join(', ')}: no such disk in this PARTITION; it has ${disks.join(', ')}`, {
    exitCode: 2,
  });
}

async function renderText(layout: Layout): Promise<string> {
  const { osFamilies } = await import('../../partition-specs/os-families/all.ts');
  const { formatFamilyPlan } = await import('../../partition-specs/format-family-plan.ts');
  const rendered = osFamilies.get(layout.family)?.render(layout);
  return rendered === undefined ? '' : formatFamilyPlan(rendered);
}

async function planOf(options: PlanOptions, facts: MachineFacts): Promise<Layout> {
  const { parsePartitionSpec } = await import('../../partition-specs/spec.ts');
  const { planLayout } = await import('../../partition-specs/plan-layout.ts');
  const { z } = await import('zod');
  const { parseEdge } = await import('../../lib/parse-edge.ts');
  const spec = parsePartitionSpec(options.spec);
  await refuseUnknownDisks(
    Object.keys(options.bind ?? {}),
    spec.disks.map(({ name }) => name),
  );
  return planLayout({
    spec,
    facts,
    firmware: options.firmware,
    bindings: options.bind ?? {},
    machineId: parseEdge(z.uuid(), options.machineId, '--machine-id'),
    rootfs: options.rootfs,
    family: options.os,
    initData: options.initData,
    knownEmpty: options.knownEmpty,
  });
}

async function readDisks(source: string | undefined): Promise<MachineFacts> {
  if (source === undefined) {
    const { readFacts } = await import('../../installer/look/read-facts.ts');
    const { runCommand } = await import('../../lib/run-command.ts');
    return readFacts(runCommand);
  }
  const { readFactsFile } = await import('../read-facts-file.ts');
  return readFactsFile(source);
}

const CHECK_HELP = `
Every fault is shown with its place.

Exit codes: 0 sound, 2 not sound.

Examples:
  gutinteg partition check --spec 'disk0: (a 20G ext4 /) (b 4G swap) (c rest xfs /home)'
  gutinteg partition check --os solaris --spec 'c0t3d0: (a 500 ufs /) (b 500 swap /tmp)'
`;

const PLAN_HELP = `
Exit codes: 0 nothing is lost; 2 nothing is lost, but something is in the way, so that an installation would end before
its first write; 3 something that holds data would be lost: it is named, with the disk's serial number.

Examples:
  gutinteg partition plan --spec 'disk0: (a rest ext4 /) (b 4G swap)'
  gutinteg facts > facts.json && gutinteg partition plan --disks facts.json \\
      --bind disk0=serial:S3Z9NB0K --spec 'disk0: (a 20G ext4 /) (h rest xfs /home data)' --init-data h
`;

const RENDER_HELP = `
Exit codes: 0 done; 2 something is in the way, so that an installation would end before its first write: standard error
has it.

Examples:
  gutinteg partition render --disks facts.json --os freebsd --spec 'disk0: (a 20G ufs /) (b 4G swap)'
  gutinteg partition render --disks facts.json --json --spec 'disk0: (a rest ext4 /)'
`;
