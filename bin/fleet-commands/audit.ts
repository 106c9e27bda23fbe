import type { Command } from 'commander';
import { addFleetOptions, connect } from './fleet-options.ts';
import type { FleetOptions } from './fleet-options.ts';
import { parseCount } from './parse-count.ts';

type ListOptions = FleetOptions & {
  readonly by?: string;
  readonly action?: string;
  readonly about?: string;
  readonly limit: number;
};

/** `gutinteg fleet audit [verify]`. */
export function addFleetAuditCommand(fleet: Command): void {
  const audit = fleet.command('audit').description('see who changed what, and whether that record is whole');
  addFleetOptions(audit.command('list', { isDefault: true }))
    .description('list who changed what, the newest first')
    .option('--by <user>', 'only changes by this account')
    .option('--action <operation>', 'only changes of this kind, such as approve-host')
    .option('--about <subject>', 'only changes to this host, account or class')
    .option('--limit <number>', 'how many', parseCount, 50)
    .addHelpText('after', LIST_HELP)
    .action(list);
  addFleetOptions(audit.command('verify'))
    .description('find entries that were changed, taken away or swapped')
    .option('--expect <number:hash>', 'an end of the log that was noted down: it must still be in it')
    .addHelpText('after', VERIFY_HELP)
    .action(verify);
}

async function list(options: ListOptions): Promise<void> {
  const { listAudit } = await import('../../contract/fleet/api/audit.ts');
  const { printJson, printTable } = await import('./output/print.ts');
  const { timeText } = await import('./output/times.ts');
  const client = await connect(options);
  const answer = await client.ask(listAudit, {
    ...(options.by === undefined ? {} : { actor: options.by }),
    ...(options.action === undefined ? {} : { action: options.action }),
    ...(options.about === undefined ? {} : { subject: options.about }),
    limit: options.limit,
  });
  if (options.json === true) return printJson(answer);
  const details = (each: Readonly<Record<string, unknown>>): string =>
    Object.keys(each).length === 0 ? '' : JSON.stringify(each);
  printTable(
    ['NUMBER', 'AT', 'BY', 'DID', 'TO', 'DETAILS'],
    answer.entries.map((entry) => [
      String(entry.seq),
      timeText(entry.at),
      entry.actor,
      entry.action,
      entry.subject,
      details(entry.details),
    ]),
  );
}

async function verify(options: FleetOptions & { readonly expect?: string }): Promise<void> {
  const { verifyAudit } = await import('../../contract/fleet/api/audit.ts');
  const { print, printJson } = await import('./output/print.ts');
  const client = await connect(options);
  const expected = options.expect === undefined ? {} : { expected: options.expect };
  const answer = await client.ask(verifyAudit, expected);
  if (!answer.isSound) process.exitCode = 3;
  if (options.json === true) return printJson(answer);
  if (!answer.isSound) return print([`the audit log is not as it was written: ${answer.fault}`]);
  const entries = answer.entries === 1 ? '1 entry' : `${answer.entries} entries, each follows the one before`;
  print([entries, `its end: ${answer.end}`]);
}

const LIST_HELP = `
Whoever uses the server's socket is 'local'. What only reads is not listed, nor are wrong passwords, but the lock that
follows from ten of them.

Examples:
  gutinteg fleet audit list --site ~/site
  gutinteg fleet audit list --about web1
  gutinteg fleet audit list --by ann --action approve-host --json
`;

const VERIFY_HELP = `
Each entry has the hash of the one before, so one that is changed or taken away shows. Whoever can write the store could
compute all hashes anew: note the end down elsewhere now and then, and give it to --expect.

Exit codes: 0 it is sound, 1 it could not be read, 3 it is not

Examples:
  gutinteg fleet audit verify --site ~/site
`;
