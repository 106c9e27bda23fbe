import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { formatMachineState, MACHINE_FILE, readMachineState, TOKEN_FILE, writeMachineState } from './machine-state.ts';

/** As it was written before there were kinds of boot loaders. */
const OLD = `{
  "format": 2,
  "machineId": "0b6f1d52-6a0e-4c3b-9a57-3f0d8c2e1a41",
  "hostname": "lab01",
  "serverUrl": "http://10.77.0.1:8080",
  "mac": "52:54:00:77:00:01",
  "consoles": [
    "tty0"
  ],
  "generation": "g1",
  "data": [],
  "bootLoader": [
    {
      "areas": {
        "disk": "/dev/vda",
        "partUuid": "12345678-01",
        "areas": [
          {
            "name": "boot-code",
            "startBytes": 0,
            "sizeBytes": 440
          }
        ]
      },
      "digests": {
        "boot-code": "abc"
      }
    }
  ]
}
`;

function rootWith(stack: DisposableStack, text: string): string {
  const root = mkdtempSync(join(tmpdir(), 'machine-state-'));
  stack.defer(() => rmSync(root, { recursive: true }));
  mkdirSync(dirname(join(root, MACHINE_FILE)), { recursive: true });
  writeFileSync(join(root, MACHINE_FILE), text);
  writeFileSync(join(root, TOKEN_FILE), 'secret\n');
  return root;
}

test('the boot areas of an old machine.json are artefacts, and are written as they were', async () => {
  using stack = new DisposableStack();
  const root = rootWith(stack, OLD);
  const { token, ...state } = await readMachineState(root);
  assert.equal(token, 'secret');
  const areas = [{ name: 'boot-code', startBytes: 0, sizeBytes: 440 }];
  assert.deepEqual(state.bootLoader, [
    {
      loader: 'grub-bios',
      artefact: { kind: 'disk-bytes', disk: '/dev/vda', partUuid: '12345678-01', areas },
      digests: { 'boot-code': 'abc' },
    },
  ]);
  await writeMachineState(state, root);
  assert.equal(readFileSync(join(root, MACHINE_FILE), 'utf8'), OLD);
});

test('artefacts that are not bytes of a disk are written with their kind, and read again', async () => {
  using stack = new DisposableStack();
  const { token: _token, ...state } = await readMachineState(rootWith(stack, OLD));
  const bootLoader = [
    { kind: 'esp-file', partUuid: 'e5', path: '/EFI/BOOT/BOOTX64.EFI' } as const,
    { kind: 'nvram-entry', partUuid: 'e5', label: 'debian', loaderPath: '/EFI/debian/shimx64.efi' } as const,
  ].map((artefact) => ({ loader: 'another', artefact, digests: {} }));
  const again = await readMachineState(rootWith(stack, formatMachineState({ ...state, bootLoader })));
  assert.deepEqual(again.bootLoader, bootLoader);
});

const wrong: [name: string, entry: object][] = [
  ['no loader', { artefact: { kind: 'esp-file', partUuid: 'e5', path: '/x' }, digests: {} }],
  ['a kind of tomorrow', { loader: 'x', artefact: { kind: 'floppy', partUuid: 'e5' }, digests: {} }],
];

for (const [name, entry] of wrong) {
  test(`an entry with ${name} is refused`, async () => {
    using stack = new DisposableStack();
    const root = rootWith(stack, JSON.stringify({ ...(JSON.parse(OLD) as object), bootLoader: [entry] }));
    await assert.rejects(readMachineState(root), /bootLoader\.0/);
  });
}
