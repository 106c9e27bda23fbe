import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Mac } from '../../lib/mac.ts';
import { renderCommand } from './site-hosts.ts';

const host = { hostname: 'node001', ip: '10.0.0.1', mac: '00:16:3e:00:00:01' as Mac };
const set = 'MAC=00:16:3e:00:00:01 IP=10.0.0.1';
const commands: readonly [what: Parameters<typeof renderCommand>[1], command: string][] = [
  [{ siteDir: '/srv/site', like: undefined, isMachine: false }, `machdb add node001 ${set} --site /srv/site`],
  [{ siteDir: '/srv/site', like: 'lab', isMachine: false }, `machdb add node001 --parents lab ${set} --site /srv/site`],
  [{ siteDir: '/srv/site', like: 'n0', isMachine: true }, `machdb clone n0 node001 --set ${set} --site /srv/site`],
  [{ siteDir: "/a b's", like: undefined, isMachine: false }, `machdb add node001 ${set} --site '/a b'\\''s'`],
];
for (const [what, command] of commands) {
  test(command, () => assert.equal(renderCommand(host, what), command));
}
