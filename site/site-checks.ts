import { z } from 'zod';
import { wordsOf } from '../contract/record.ts';
import { bootLoaderNames } from '../lib/boot-loader-names.ts';
import { FaultsError } from '../lib/errors.ts';
import type { Fault } from '../lib/errors.ts';
import { netbootWays } from '../lib/netboot-ways.ts';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import type { Machine, RecordCheck } from '../machdb/types.ts';
import { isGlob } from '../packagelink/package/glob.ts';
import { BINDING_PREFIX, diskBindings } from '../partition-specs/disk-bindings.ts';
import { parseDiskSelector } from '../partition-specs/disk-selector.ts';
import { familyOfOs } from '../partition-specs/os-families/family-of-os.ts';
import { checkSpecSupport } from '../partition-specs/spec-support.ts';
import { parsePartitionSpec } from '../partition-specs/spec.ts';
import { firmwareFault } from '../partition-specs/wanted-firmware.ts';
import { checkNetwork } from './check-network.ts';
import { bindingFindings } from './check-bindings.ts';
import { checkAccounts, checkHostKeysDirectory, checkRootKeys } from './check-login.ts';
import { checkSettings } from './check-settings.ts';
import { packagesOf } from './packages.ts';
import { placeOf } from './place-of.ts';

/** The checks of a record that the database cannot do alone: PARTITION and DISK_* are sound, every package exists. */
export function siteChecks(availablePackages: ReadonlySet<string>): RecordCheck[] {
  // Thousands of machines have the same layout and the same packages; each is looked at once.
  const partitionFaults = remember(findPartitionFaults);
  const missingPackages = remember(
    (PACKAGES: string, OSREV: string, ARCH: string) => packagesOf({ PACKAGES, OSREV, ARCH }, availablePackages).missing,
  );
  return [
    (machine) => checkPartition(machine, partitionFaults),
    checkDiskBindings(remember((spec: string, bindings: string) => findBindingWarnings(spec, bindings))),
    (machine) => checkPackages(machine, missingPackages),
    checkNetwork,
    checkPins,
    checkWord('OSMODE', ['image', 'packages']),
    checkFirmware,
    checkWord('BOOTLOADER', bootLoaderNames),
    checkBootLoader,
    checkWord('NETBOOT', netbootWays),
    checkRootKeys,
    checkHostKeysDirectory,
    checkAccounts,
    checkSettings,
  ];
}

function checkPartition(
  machine: Machine,
  faultsOf: (spec: string, rootfs: string, os: string) => readonly Fault[],
): Fault[] {
  const spec = machine.values.get('PARTITION') ?? '';
  // Emptied, it takes back that of a parent: this machine is not installed.
  if (spec === '') return [];
  const faults = faultsOf(spec, machine.values.get('ROOTFS') ?? '', machine.values.get('OS') ?? '');
  return faults.map((fault) => ({ ...fault, ...placeOf(machine, fault.where) }));
}

function findPartitionFaults(spec: string, rootfs: string, os: string): readonly Fault[] {
  try {
    checkSpecSupport({
      spec: parsePartitionSpec(spec),
      family: familyOfOs(os),
      ...(rootfs === '' ? {} : { rootfs }),
    });
    return [];
  } catch (error) {
    if (!(error instanceof FaultsError)) throw error;
    return error.faults;
  }
}

/** The function, computed once for equal arguments. */
function remember<T>(compute: (...args: string[]) => T): (...args: string[]) => T {
  const known = new Map<string, T>();
  return (...args) => {
    const key = args.join('\0');
    const found = known.get(key);
    if (found !== undefined) return found;
    const result = compute(...args);
    known.set(key, result);
    return result;
  };
}

function findBindingWarnings(spec: string, bindings: string) {
  return bindingFindings(spec, parseJsonEdge(z.record(z.string(), z.string()), bindings, 'DISK_ variables'));
}

function checkDiskBindings(findingsOf: (spec: string, bindings: string) => ReturnType<typeof bindingFindings>) {
  return (machine: Machine): Fault[] => {
    const bindings: [string, string][] = [];
    for (const entry of machine.values) if (entry[0].startsWith(BINDING_PREFIX)) bindings.push(entry);
    const spec = machine.values.get('PARTITION') ?? '';
    const record = Object.fromEntries(bindings);
    const selectors = bindings.length === 0 ? [] : Object.entries(diskBindings(record));
    return [
      ...selectors.flatMap(([name, selector]): Fault[] => {
        const result = parseDiskSelector(selector);
        if (typeof result !== 'string') return [];
        return [{ severity: 'error', ...placeOf(machine, `DISK_${name}`), message: `DISK_${name}: ${result}` }];
      }),
      ...findingsOf(spec, JSON.stringify(record)).map(({ variable, ...finding }): Fault => {
        return { severity: 'warning', ...placeOf(machine, variable), ...finding };
      }),
    ];
  };
}

function checkPackages(
  machine: Machine,
  missingOf: (packages: string, osrev: string, arch: string) => readonly string[],
): Fault[] {
  const { values } = machine;
  const packages = values.get('PACKAGES') ?? '';
  return missingOf(packages, values.get('OSREV') ?? '', values.get('ARCH') ?? '').map((name) => ({
    severity: 'error',
    ...placeOf(machine, 'PACKAGES', name),
    message: `PACKAGES names '${name}', but the site has no packages/${name}`,
    suggestion: `${machine.name} is a machine that would get it`,
  }));
}

function checkPins(machine: Machine): Fault[] {
  const wrong = wordsOf(machine.values.get('PIN')).filter((pattern) => !isGlob(pattern));
  return wrong.map((pattern) => ({
    severity: 'error',
    ...placeOf(machine, 'PIN', pattern),
    message: `PIN: '${pattern}' is not a pattern of paths below the root, such as etc/motd or etc/ssh/**`,
  }));
}

function checkFirmware(machine: Machine): Fault[] {
  const fault = firmwareFault(machine.values.get('FIRMWARE'));
  return fault === undefined ? [] : [{ ...fault, ...placeOf(machine, fault.where) }];
}

/** Which firmware a machine has is seen on the machine; that of FIRMWARE=both is known before. */
function checkBootLoader(machine: Machine): Fault[] {
  const value = machine.values.get('BOOTLOADER');
  if (value !== 'systemd-boot') return [];
  const reasons = [
    ...(machine.values.get('FIRMWARE') === 'both' ? ['FIRMWARE=both makes disks that start with a BIOS, too'] : []),
    ...(machine.values.get('OSMODE') === 'packages'
      ? ['OSMODE=packages has kernels of apt, which only GRUB reads']
      : []),
  ];
  return reasons.map((why) => {
    const message = `BOOTLOADER: '${value}' cannot be: ${why}`;
    return { severity: 'error', ...placeOf(machine, 'BOOTLOADER'), message, suggestion: 'BOOTLOADER=grub' };
  });
}

/** A variable that is one of a few words, or empty. */
function checkWord(variable: string, words: readonly [string, string]) {
  return (machine: Machine): Fault[] => {
    const value = machine.values.get(variable) ?? '';
    if (['', ...words].includes(value)) return [];
    const message = `${variable}: '${value.slice(0, 80)}' is neither ${words.join(' nor ')}`;
    return [{ severity: 'error', ...placeOf(machine, variable), message }];
  };
}
