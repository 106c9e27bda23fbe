import assert from 'node:assert/strict';
import { test } from 'node:test';
import { architectures } from '../../lib/architecture.ts';
import { bootFileNamed, bootProgramOf, bootPrograms } from './all.ts';

const clients = Object.values(architectures).flatMap(({ name: of, dhcp }) => dhcp.map((client) => ({ ...client, of })));

for (const client of clients) {
  const want = client.code === 0 ? 'undionly.kpxe' : undefined;
  test(`${client.name} begins with ${want ?? 'nothing'}`, () => assert.equal(bootProgramOf(client)?.loader, want));
}

test('a BIOS of a processor that is not in the table begins with nothing', () => {
  assert.equal(bootProgramOf({ firmware: 'bios', of: undefined }), undefined);
});

const files: [file: string, what: string | undefined][] = [
  ['undionly.kpxe', 'loader'],
  ['start.ipxe', 'start-script'],
  ['autoexec.ipxe', 'start-script'],
  ['ipxe.efi', undefined],
  ['', undefined],
];

for (const [file, what] of files) {
  test(`TFTP has '${file}': ${what ?? 'no'}`, () => assert.equal(bootFileNamed(file), what));
}

test('no file belongs to two programs, as TFTP does not know who asks', () => {
  const loaders = bootPrograms.map(({ loader }) => loader);
  assert.equal(new Set(loaders).size, loaders.length);
});
