import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { architectures } from '../../lib/architecture.ts';
import { bootFiles } from '../boot-files/recipe.ts';
import { bootFileNamed, bootProgramOf, bootPrograms, isOptionalBootFile } from './all.ts';

const clients = Object.values(architectures).flatMap(({ name: of, dhcp }) => dhcp.map((client) => ({ ...client, of })));

/** By option 93: the loader, and that of NETBOOT=ipxe. */
const LOADERS: Readonly<Record<number, readonly [loader: string, ipxe: string]>> = {
  0: ['undionly.kpxe', 'undionly.kpxe'],
  7: ['shimx64.efi', 'snponly.efi'],
  9: ['shimx64.efi', 'snponly.efi'],
  16: ['shimx64.efi', 'snponly.efi'],
  11: ['shimaa64.efi', 'shimaa64.efi'],
  19: ['shimaa64.efi', 'shimaa64.efi'],
};

for (const client of clients) {
  test(`${client.name} begins with ${LOADERS[client.code]?.join(', or with NETBOOT=ipxe ')}`, () => {
    const loaders = ([undefined, 'grub', 'ipxe'] as const).map((way) => bootProgramOf(client, way)?.loader);
    const [usual, ipxe] = LOADERS[client.code] ?? [];
    assert.deepEqual(loaders, [usual, usual, ipxe]);
    assert.equal(bootProgramOf(client, undefined)?.by, client.firmware === 'uefi-http' ? 'http' : 'tftp');
  });
}

test('a BIOS of a processor that is not in the table begins with nothing', () => {
  assert.equal(bootProgramOf({ firmware: 'bios', of: undefined }, undefined), undefined);
});

const files: [file: string, what: string | undefined][] = [
  ['undionly.kpxe', 'loader'],
  ['shimx64.efi', 'loader'],
  ['grubx64.efi', 'loader'],
  ['mmaa64.efi', 'loader'],
  ['start.ipxe', 'start-script ipxe'],
  ['autoexec.ipxe', 'start-script ipxe'],
  ['grub/grub.cfg', 'start-script grub'],
  ['grub.cfg', undefined],
  ['gcdx64.efi', undefined],
  ['ipxe.efi', undefined],
  ['', undefined],
];

for (const [file, what] of files) {
  test(`TFTP has '${file}': ${what ?? 'no'}`, () => {
    const found = bootFileNamed(file);
    const language = found?.is === 'start-script' ? ` ${found.language}` : '';
    assert.equal(found === undefined ? undefined : found.is + language, what);
  });
}

test('every loader is one that prepare takes out of the packages of its architecture', () => {
  for (const { loader, nextStages, architecture } of bootPrograms) {
    const names = new Set(bootFiles(architectures[architecture]).map(({ name }) => name));
    for (const file of [loader, ...nextStages]) assert(names.has(file), `${architecture} ${file}`);
  }
});

test('no file belongs to two architectures, as TFTP does not know who asks', () => {
  const owners = new Map<string, string>();
  for (const { loader, nextStages, architecture } of bootPrograms) {
    for (const file of [loader, ...nextStages]) {
      assert.equal(owners.get(file) ?? architecture, architecture, file);
      owners.set(file, architecture);
    }
  }
});

/** As shim 15.8 and GRUB 2.12 of Debian 13 ask, and files that would be missed. */
const MISSING: [file: string, isOptional: boolean][] = [
  ['revocations_sku.efi', true],
  ['revocations_sbat.efi', true],
  ['shim_certificate_0.efi', true],
  ['grub/x86_64-efi/command.lst', true],
  ['grub/arm64-efi/terminal.lst', true],
  ['grub/grub.cfg-01-52-54-00-77-00-01', true],
  ['grub/grub.cfg', false],
  ['grubx64.efi', false],
  ['pxelinux.0', false],
  ['x/revocations_sku.efi', false],
];

for (const [file, isOptional] of MISSING) {
  test(`${file} is ${isOptional ? '' : 'not '}asked for in vain`, () =>
    assert.equal(isOptionalBootFile(file), isOptional));
}

test('docs/booting.md has one row for each architecture, as it is here', async () => {
  const text = await readFile(new URL('../../docs/booting.md', import.meta.url), 'utf8');
  for (const client of clients) {
    const [usual, ipxe] = [bootProgramOf(client, undefined), bootProgramOf(client, 'ipxe')];
    assert(usual !== undefined && ipxe !== undefined);
    const then = [...usual.nextStages.slice(0, 1), usual.startScript].map((file) => `\`${file}\``).join(', ');
    const other = ipxe === usual ? 'the same' : `\`${ipxe.loader}\`, \`${ipxe.startScript}\``;
    const by = usual.by.toUpperCase();
    assert(
      text.includes(`| ${client.code} | ${client.name} | \`${usual.loader}\` | ${by} | ${then} | ${other} |\n`),
      client.name,
    );
  }
});
