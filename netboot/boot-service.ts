// What TFTP and HTTP hand out to a booting machine. In: a file name or a MAC. Out: bytes or a script. Never: sockets.
import { architectureOfRecord } from '../lib/architecture.ts';
import type { Mac } from '../lib/mac.ts';
import { consolesOf } from '../site/settings.ts';
import type { Consoles } from '../site/settings.ts';
import { decideBoot } from './decide.ts';
import type { MachineSource, SiteMachine } from './machine-source.ts';
import { findOfSite, viewMachine } from './machines/ask-machines.ts';
import { beginAttempt, localScriptGiven, tokenOfSameBoot } from './machines/attempts.ts';
import { applyOccurrence, claimMachine, noteOnTimeline, recordIfPossible } from './machines/machines.ts';
import type { Machines } from './machines/machines.ts';
import { isUnreadable } from './state/machine-row.ts';
import { StateError } from './state/state-error.ts';
import { bootScripts, machineScripts } from './render/boot-scripts.ts';
import type { MachineLanguage } from './render/boot-scripts.ts';

export type BootServiceOptions = {
  readonly source: MachineSource;
  readonly machines: Machines;
  readonly serverUrl: string;
  /** Kernel consoles, by architecture. */
  readonly consoles: Consoles;
  /** The architecture that the firmware with this MAC address named when it asked for an address. */
  readonly firmwareOf: (mac: Mac) => string | undefined;
  /** Boot loaders by their names in `boot/ARCH/`: `undionly.kpxe`. */
  readonly loaders: ReadonlyMap<string, Uint8Array>;
};

export type BootService = ReturnType<typeof createBootService>;

export function createBootService(options: BootServiceOptions) {
  const { machines, source, serverUrl, loaders } = options;

  return {
    /** A boot loader or first script; slashes in front of its name are what firmware and scripts add. */
    file(name: string, via: 'tftp' | 'http'): Uint8Array | undefined {
      const file = name.replace(/^[\\/]+/, '');
      const request = via === 'tftp' ? ({ via, file } as const) : ({ via, wants: 'file', file } as const);
      const decision = decideBoot(request, { kind: 'unknown' });
      if (decision.give === 'boot-loader') return loaders.get(decision.file);
      if (decision.give !== 'start-script') return undefined;
      return Buffer.from(bootScripts[decision.language].renderStartScript({ url: serverUrl }));
    },

    /**
     * The machine's own script; giving it out may begin an attempt. The installer is given only when that has been
     * recorded: without the database nobody knows whether the machine's disks may be erased.
     */
    async script(mac: Mac, language: MachineLanguage): Promise<string> {
      const site = await source.lookupByMac(mac);
      const asker = { mac, language };
      try {
        return site === undefined ? unknownMachine(asker) : scriptOf(asker, site);
      } catch (error) {
        const instead = scriptWithoutState(asker, error);
        machines.lostLines += 1;
        return instead;
      }
    },

    /** What `script` would answer now, as long to the byte. Begins nothing, notes nothing; the token in it is none. */
    async previewScript(mac: Mac, language: MachineLanguage): Promise<string> {
      const site = await source.lookupByMac(mac);
      const asker = { mac, language };
      try {
        return site === undefined ? unknownMachine(asker) : preview(asker, site);
      } catch (error) {
        return scriptWithoutState(asker, error);
      }
    },
  };

  function preview(asker: Asker, site: SiteMachine): string {
    const seen = { row: findOfSite(machines, site), firmware: options.firmwareOf(asker.mac) };
    const view = viewMachine(machines, site, seen);
    const decision = decideBoot({ via: 'http', wants: 'machine-script' }, view);
    if (decision.give !== 'installer') return localDisk(asker, decision);
    const { attempt, attemptsAllowed } = decision;
    return installer(asker, site, { attempt, attemptsAllowed, token: NO_TOKEN });
  }

  type Attempt = { readonly attempt: number; readonly attemptsAllowed: number; readonly token: string };

  function installer({ mac, language }: Asker, { name, record }: SiteMachine, attempt: Attempt): string {
    // What nobody knows was never armed: decideBoot gives it no installer.
    const architecture = architectureOfRecord(record)?.name ?? 'amd64';
    const consoles = consolesOf(options.consoles, record);
    return machineScripts[language].renderInstallerScript({ name, mac, architecture, serverUrl, consoles, ...attempt });
  }

  /** The local disk harms nobody, so it is given also when that cannot be recorded. @throws StateError */
  function scriptOf(asker: Asker, site: SiteMachine): string {
    const row = claimMachine(machines, site);
    const decision = decideBoot(
      { via: 'http', wants: 'machine-script' },
      viewMachine(machines, site, { row, firmware: options.firmwareOf(asker.mac) }),
    );
    if (decision.give !== 'installer') {
      const means = decision.give === 'local-disk' ? decision.means : undefined;
      if (means !== undefined) recordIfPossible(machines, () => applyOccurrence(machines, row.id, means));
      localScriptGiven(machines, row);
      noteOnTimeline(machines, row.id, {
        source: 'http',
        key: 'script local',
        text: 'fetched its boot script: local disk',
      });
      return localDisk(asker, decision);
    }
    const { attempt, attemptsAllowed } = decision;
    const token = (decision.again ? tokenOfSameBoot(machines, row) : undefined) ?? beginAttempt(machines, row);
    const words = `fetched its boot script: the installer, attempt ${attempt} of ${attemptsAllowed}`;
    noteOnTimeline(machines, row.id, { source: 'http', key: `script ${attempt}`, text: words });
    return installer(asker, site, { attempt, attemptsAllowed, token });
  }
}

/** Who asks for a script, and in which language. */
type Asker = { readonly mac: Mac; readonly language: MachineLanguage };

/** As long as a token. */
const NO_TOKEN = '0'.repeat(64);

/** Stays below what a console line holds. */
const WITHOUT_STATE = 'the server cannot record what it gives; restart this machine when gutinteg status is well again';

/** @throws the error, unless it is about the state */
function scriptWithoutState({ mac, language }: Asker, error: unknown): string {
  if (!isUnreadable(error)) throw error;
  const kind = error instanceof StateError ? error.kind : 'a damaged row';
  return machineScripts[language].renderLocalDiskScript({ mac, why: `${WITHOUT_STATE} (${kind})` });
}

function unknownMachine(asker: Asker): string {
  return localDisk(asker, decideBoot({ via: 'http', wants: 'machine-script' }, { kind: 'unknown' }));
}

function localDisk({ mac, language }: Asker, decision: ReturnType<typeof decideBoot>): string {
  const why = 'why' in decision ? decision.why : 'nothing to boot from the network';
  return machineScripts[language].renderLocalDiskScript({ mac, why });
}
