import type { Command } from 'commander';

type StatusOptions = { readonly site: string; readonly state?: string; readonly json?: true; readonly watch?: true };

const WATCH_MS = 1000;

/** `gutinteg status [HOST]`. */
export function addStatusCommand(program: Command): void {
  program
    .command('status')
    .description('show where machines are now, and what they are waiting for')
    .argument('[host]', 'one machine, with the timeline of its current attempt')
    .option('--site <dir>', 'site directory', '.')
    .option('--state <dir>', 'state directory of the running server, instead of the one in site.yaml')
    .option('--json', 'the same as JSON, one document per line')
    .option('--watch', 'print again whenever something changes, until interrupted')
    .addHelpText('after', STATUS_HELP)
    .action(showStatus);
}

async function showStatus(host: string | undefined, options: StatusOptions): Promise<void> {
  const { loadSiteSettings } = await import('../../site/load-site.ts');
  const { createControlClient } = await import('../../netboot/control-client.ts');
  const { renderAll, renderStatus } = await import('../../netboot/render/status-text.ts');
  const { setTimeout: delay } = await import('node:timers/promises');
  const { stateDir } = await loadSiteSettings(
    options.site,
    options.state === undefined ? {} : { state: options.state },
  );
  const client = createControlClient(stateDir);

  async function current(): Promise<string> {
    if (host === undefined) {
      const all = await client.all();
      return options.json === true ? `${JSON.stringify(all)}\n` : renderAll(all);
    }
    const status = await client.status(host);
    return options.json === true ? `${JSON.stringify(status)}\n` : renderStatus(status);
  }

  let shown = await current();
  process.stdout.write(shown);
  while (options.watch === true) {
    await delay(WATCH_MS);
    const next = await current();
    if (next !== shown) process.stdout.write(options.json === true ? next : `\n${next}`);
    shown = next;
  }
}

const STATUS_HELP = `
States: unknown (this server has not installed it), armed, installing, booting (the installer is done, the machine
has not yet reported from its own disk), installed, failed.

Examples:
  gutinteg status                       all machines, and network cards that are in no record
  gutinteg status q-bert                what happened to q-bert, from its first DHCP packet on
  gutinteg status q-bert --watch        the same, printed again as it changes
  gutinteg status q-bert --json         for programs
`;
