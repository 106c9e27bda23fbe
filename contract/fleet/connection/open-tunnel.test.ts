import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proxyFor } from './open-tunnel.ts';

const proxy = 'http://proxy.example:3128';

const cases: readonly [env: Record<string, string>, through: boolean][] = [
  [{}, false],
  [{ https_proxy: proxy }, true],
  [{ HTTPS_PROXY: proxy }, true],
  [{ https_proxy: 'no address' }, false],
  [{ https_proxy: proxy, no_proxy: 'other.example, .example.org' }, false],
  [{ https_proxy: proxy, no_proxy: 'ample.org' }, true],
  [{ https_proxy: proxy, NO_PROXY: '*' }, false],
];

for (const [env, through] of cases) {
  test(`${JSON.stringify(env)}: ${through ? 'through the proxy' : 'directly'}`, () => {
    assert.equal(proxyFor('https://fleet.example.org:8443', env), through ? proxy : undefined);
  });
}
