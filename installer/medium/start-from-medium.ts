// How an installation begins that was started from a stick or CD. In: what the kernel was told, the mounted medium. Out:
// who answers the installer and what it leaves behind, or why this machine is left alone. Never: writes to a disk.
import { createClient } from '../../contract/client.ts';
import type { ClientOptions, InstallClient } from '../../contract/client.ts';
import { MEDIUM_MOUNT } from '../../contract/medium.ts';
import type { Medium } from '../../contract/medium.ts';
import type { Mac } from '../../lib/mac.ts';
import type { RunCommand } from '../../lib/run-command.ts';
import type { InstallParameters, MediumParameters } from '../look/kernel-parameters.ts';
import { chooseMachine } from './choose-machine.ts';
import { findInstalledMark } from './find-installed-mark.ts';
import { leaveOnTarget } from './leave-on-target.ts';
import { createMediumClient } from './medium-client.ts';
import { readMedium } from './read-medium.ts';

export type Start =
  | {
      readonly kind: 'install';
      readonly parameters: InstallParameters;
      readonly client: InstallClient;
      /** Leaves on the installed system what only such a start has. */
      readonly onLeave?: (root: string) => Promise<void>;
    }
  | { readonly kind: 'leave-alone'; readonly why: string };

export type MediumStart = {
  readonly parameters: MediumParameters;
  readonly macs: readonly Mac[];
  readonly run: RunCommand;
  readonly clientOptions: Pick<ClientOptions, 'publicKeys' | 'patienceMs' | 'onServer'>;
};

/** @throws UserError when the medium cannot be read, or the server does not answer */
export async function startFromMedium(input: MediumStart): Promise<Start> {
  const medium = await readMedium(MEDIUM_MOUNT, input.parameters.buildId);
  return medium.machines.length > 0 ? startOffline(input, medium) : startOnline(input, medium);
}

/** Whoever built the medium has consented, for the machines that it names, once each. */
async function startOffline({ parameters, macs, run }: MediumStart, medium: Medium): Promise<Start> {
  const { buildId, serverUrl } = medium;
  const chosen = chooseMachine(medium, macs);
  if ('leave' in chosen) return { kind: 'leave-alone', why: chosen.leave };
  const { machine, mac } = chosen;
  const installedOn = parameters.isAgain ? undefined : await findInstalledMark(buildId, run);
  if (installedOn !== undefined) {
    const why = `medium ${buildId} has already installed ${machine.lookup.name} (see ${installedOn})`;
    return { kind: 'leave-alone', why: `${why}; its menu has 'Install again'` };
  }
  const { client, kept } = createMediumClient(MEDIUM_MOUNT, machine);
  const { machineId } = machine.lookup;
  return {
    kind: 'install',
    parameters: { serverUrl, mac, token: machine.token, consoles: parameters.consoles },
    client,
    onLeave: (root) => leaveOnTarget(root, buildId, { machineId, kept }),
  };
}

/** The server decides, as after a network boot. */
async function startOnline({ parameters, macs, clientOptions }: MediumStart, medium: Medium): Promise<Start> {
  const { serverUrl, buildId } = medium;
  const server = createClient({ serverUrl, ...clientOptions });
  const reasons: string[] = [];
  for (const mac of macs) {
    const decision = await server.bootDecision(mac);
    if (decision.give === 'local-disk') {
      reasons.push(`${mac}: ${decision.why}`);
      continue;
    }
    const { token } = decision;
    return {
      kind: 'install',
      parameters: { serverUrl, mac, token, consoles: parameters.consoles },
      client: createClient({ serverUrl, token, ...clientOptions }),
      onLeave: (root) => leaveOnTarget(root, buildId),
    };
  }
  return {
    kind: 'leave-alone',
    why: `${serverUrl} says of ${reasons.join('; ') || 'a machine without network cards: nothing'}`,
  };
}
