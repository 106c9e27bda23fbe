import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareControlVersions } from './control.ts';

const CASES: readonly { client: string | undefined; server: string | undefined; older: RegExp | undefined }[] = [
  { client: '1', server: '1', older: undefined },
  { client: undefined, server: '1', older: undefined },
  { client: '1', server: undefined, older: undefined },
  {
    client: undefined,
    server: '2',
    older: /^this gutinteg is older than the running server: .*version 1 .*version 2$/,
  },
  {
    client: '2',
    server: undefined,
    older: /^the running server is older than this gutinteg: .*version 2 .*version 1$/,
  },
  { client: '9', server: '10', older: /^this gutinteg is older/ },
  { client: '1', server: 'rubbish', older: /^this gutinteg is older .*version \?$/ },
];
for (const { client, server, older } of CASES) {
  test(`client ${client ?? 'without a version'}, server ${server ?? 'without a version'}`, () => {
    const fault = compareControlVersions({ client, server });
    if (older === undefined) assert.equal(fault, undefined);
    else assert.match(fault?.message ?? '', older);
  });
}
