// The files of a Debian machine that depend on its record and its disk layout: the package @generated.
// In: record, files of the layout, consoles. Out: paths and contents. Never: I/O.
import { withoutFinalDot } from '../../lib/final-dot.ts';
import type { MachineRecord } from '../../contract/lookup.ts';
import { wordsOf } from '../../contract/record.ts';
import { renderAccounts } from './accounts.ts';
import { HEADER } from './file-header.ts';
import { nameservers } from './nameservers.ts';
import type { RenderedFile } from './rendered-file.ts';
import { renderRootKeys } from './root-keys.ts';
import { serialUnit } from './serial-unit.ts';

/** fstab and the like, hostname, hosts, resolv.conf, GRUB's kernel command line, and who may log in. */
export function renderDebianFiles(input: {
  readonly hostname: string;
  readonly record: MachineRecord;
  readonly diskFiles: readonly { readonly path: string; readonly text: string }[];
  /** `ttyS0,115200`; the last one is the system console. */
  readonly consoles: readonly string[];
}): RenderedFile[] {
  const { record, hostname } = input;
  const file = (path: string, content: string): RenderedFile => ({ path, mode: 0o644, content });
  return [
    ...input.diskFiles.map(({ path, text }) => file(path, text)),
    file('/etc/hostname', `${hostname}\n`),
    file('/etc/hosts', renderHosts(hostname, record)),
    file('/etc/resolv.conf', renderResolvConf(record)),
    file('/etc/default/grub.d/gutinteg.cfg', renderGrubDefaults(input.consoles)),
    ...renderRootKeys(record),
    ...renderAccounts(record),
  ];
}

function renderHosts(hostname: string, record: MachineRecord): string {
  const domain = withoutFinalDot(record['DOMAIN'] ?? '');
  const names = domain === '' ? hostname : `${hostname}.${domain} ${hostname}`;
  return `${HEADER}127.0.0.1 localhost\n${ownAddress(record)} ${names}\n::1 localhost ip6-localhost ip6-loopback\n`;
}

function ownAddress(record: MachineRecord): string {
  return record['IP'] || wordsOf(record['IP6'])[0] || '127.0.1.1';
}

/** SEARCH, where it is set, is instead of DOMAIN. @see resolv.conf(5) */
function renderResolvConf(record: MachineRecord): string {
  const words = wordsOf(record['SEARCH'] || record['DOMAIN']).map(withoutFinalDot);
  const search = words.length === 0 ? '' : `search ${words.join(' ')}\n`;
  return (
    HEADER +
    search +
    nameservers(record)
      .map((address) => `nameserver ${address}\n`)
      .join('')
  );
}

function renderGrubDefaults(consoles: readonly string[]): string {
  const serial = consoles.map(serialUnit).find((unit) => unit !== undefined);
  const lines = [
    `GRUB_CMDLINE_LINUX="${consoles.map((name) => `console=${name}`).join(' ')}"`,
    'GRUB_TIMEOUT=2',
    ...(serial === undefined
      ? []
      : [
          'GRUB_TERMINAL="console serial"',
          `GRUB_SERIAL_COMMAND="serial --unit=${serial.unit} --speed=${serial.speed}"`,
        ]),
  ];
  return `${HEADER}${lines.join('\n')}\n`;
}
