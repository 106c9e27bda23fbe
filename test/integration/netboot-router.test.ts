// Router advertisements, asked for by the kernel of another namespace and read by tcpdump.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLab } from './netboot-lab.ts';

/** Whatever interval the kernel takes for its solicitations, it sends the first within seconds. */
const LISTEN = ['timeout', '20', 'tcpdump', '-i', 'any', '-c', '1', '-nvve', 'icmp6 and ip6[40] == 134'] as const;

test('a client that looks for a router is told at once that the server is none', async () => {
  await using stack = new AsyncDisposableStack();
  const lab = await createLab(stack, { routerAdvertisements: true });
  const heard = lab.client(LISTEN);
  // A card that comes up asks for routers.
  await lab.client(['ip', 'link', 'set', 'pxe0', 'down']);
  await lab.client(['ip', 'link', 'set', 'pxe0', 'up']);
  const { stdout } = await heard;
  assert.match(stdout, /router advertisement, length 24/);
  assert.match(stdout, /icmp6 sum ok/);
  assert.match(stdout, /hlim 255/);
  assert.match(stdout, /Flags \[none\], pref medium, router lifetime 0s/);
  assert.match(stdout, /source link-address option \(1\)/);
});
