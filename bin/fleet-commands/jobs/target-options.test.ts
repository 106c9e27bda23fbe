import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { showHost } from '../../../contract/fleet/api/hosts.ts';
import type { OutputOf } from '../../../contract/fleet/operation.ts';
import { OperationError } from '../../../fleet/operations/operation-error.ts';
import { standInClient } from '../../../fleet/testing/stand-in-client.ts';
import { chooseHosts, chooseTestHosts } from './target-options.ts';

const states: Readonly<Record<string, string>> = {
  web1: 'enrolled',
  web2: 'enrolled',
  new1: 'pending',
  relay1: 'enrolled',
};

const { client, asked } = standInClient({
  classes: () => ({ classes: [{ name: 'lab', selector: 'site=lab', createdBy: 'ann', createdAt: 0 }] }),
  host: ({ host }: { readonly host: string }) => {
    const state = states[host.toLowerCase()];
    if (state === undefined)
      throw new OperationError('not-found', `there is no host ${host}`, { hint: 'did you mean web1?' });
    return { ...sampleHost, name: host.toLowerCase(), kind: host === 'relay1' ? 'relay' : 'host', state };
  },
});

/** With its type, so that a field which the API gets is missed here by the compiler. */
const sampleHost: Omit<OutputOf<typeof showHost>, 'name' | 'kind' | 'state'> = {
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  reason: '',
  site: '',
  relay: '',
  origin: 'token',
  os: '',
  osVersion: '',
  packageSystem: '',
  mode: '',
  lastSeenAt: null,
  nextDueAt: null,
  createdAt: 0,
  findings: [],
  publicKey: '',
  machineId: null,
  bootId: '',
  clockOffset: 0,
  jobs: [],
  tasks: [],
  events: [],
};

test('hosts are chosen in one way, and all of them only by saying so', async () => {
  assert.equal(await chooseHosts(client, { all: true }), 'name~*');
  assert.equal(await chooseHosts(client, { class: 'site=north' }), 'site=north');
  assert.equal(await chooseHosts(client, { host: ['WEB1', 'web2'] }), 'name=web1 or name=web2');
  await assert.rejects(chooseHosts(client, {}), /no host is named/);
  await assert.rejects(chooseHosts(client, { all: true, host: ['web1'] }), /exclude each other/);
});

test('a host that is named and does not take part is an error, and is not left out', async () => {
  await assert.rejects(chooseHosts(client, { host: ['web1', 'web3'] }), /there is no host web3/);
  await assert.rejects(chooseHosts(client, { host: ['new1'] }), /new1 does not take part: it is pending/);
  await assert.rejects(chooseHosts(client, { host: ['relay1'] }), /relay1 is a relay/);
});

test('test hosts are a class, a host or a selector', async () => {
  assert.equal(await chooseTestHosts(client, 'lab'), 'lab');
  assert.equal(await chooseTestHosts(client, 'web1'), 'name=web1');
  const before = asked.length;
  assert.equal(await chooseTestHosts(client, 'site=lab and is=outdated'), 'site=lab and is=outdated');
  assert.equal(asked.length, before);
  await assert.rejects(chooseTestHosts(client, 'labs'), /there is no host labs/);
});
