import assert from 'node:assert/strict';
import { test } from 'node:test';
import { option } from './dhcp-options.ts';
import { linkSelectionOf, serverIdOverrideOf } from './relay-agent.ts';

const LINK = [5, 4, 10, 88, 0, 0];
const OVERRIDE = [11, 4, 10, 88, 0, 2];
const CIRCUIT = [1, 3, 5, 4, 11];
const CASES: readonly { name: string; bytes: readonly number[] | undefined; link?: string; override?: string }[] = [
  { name: 'no option 82', bytes: undefined },
  { name: 'an empty one', bytes: [] },
  { name: 'a circuit whose bytes look like suboptions', bytes: CIRCUIT },
  { name: 'both, behind others', bytes: [...CIRCUIT, ...LINK, ...OVERRIDE], link: '10.88.0.0', override: '10.88.0.2' },
  { name: 'in the other order', bytes: [...OVERRIDE, 9, 0, ...LINK], link: '10.88.0.0', override: '10.88.0.2' },
  { name: 'a network of three bytes', bytes: [5, 3, 10, 88, 0, ...OVERRIDE], override: '10.88.0.2' },
  { name: 'no address at all: 0.0.0.0', bytes: [5, 4, 0, 0, 0, 0, 11, 4, 0, 0, 0, 0] },
  { name: 'a suboption past the end', bytes: [...LINK, 11, 4, 10, 88], link: '10.88.0.0' },
  { name: 'a code without a length', bytes: [...LINK, 11], link: '10.88.0.0' },
];

for (const { name, bytes, link, override } of CASES) {
  test(name, () => {
    const options = new Map(bytes === undefined ? [] : [[option.relayAgent, Uint8Array.from(bytes)] as const]);
    assert.deepEqual([linkSelectionOf(options), serverIdOverrideOf(options)], [link, override]);
  });
}
