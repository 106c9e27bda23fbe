import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { infinibandClientId, isEthernet, parseMac } from './mac.ts';

const GUID = '00:02:c9:03:00:00:10:39';
const IPOIB = `80:00:04:04:fe:80:00:00:00:00:00:00:${GUID}`;

suite('hardware addresses', () => {
  const table: [text: string, mac: string | undefined][] = [
    ['00:40:33:2D:08:3F', '00:40:33:2d:08:3f'],
    ['0-40-33-2d-8-3f', '00:40:33:2d:08:3f'],
    ['0040.332d.083f', '00:40:33:2d:08:3f'],
    ['0002:C903:0000:1039'.replaceAll(':', '.'), GUID],
    ['0:2:c9:3:0:0:10:39', GUID],
    [IPOIB.toUpperCase().replaceAll(':', '-'), IPOIB],
    [IPOIB.replaceAll(':', ''), IPOIB],
    ['1:2:3:4:5', undefined],
    ['1:2:3:4:5:6:7', undefined],
    [`${IPOIB}:00`, undefined],
    [IPOIB.slice(3), undefined],
    ['0002c90300001', undefined],
    ['0002c9030000103g', undefined],
    ['', undefined],
  ];
  for (const [text, mac] of table) test(`'${text}'`, () => assert.equal(parseMac(text), mac));

  test('a port of InfiniBand is known by its GUID', () => {
    const [long, short, ethernet] = [IPOIB, GUID, '1:2:3:4:5:6'].map((text) => parseMac(text) ?? assert.fail());
    assert.deepEqual(
      [long, short].map((mac) => mac && infinibandClientId(mac)),
      [`20:${GUID}`, `20:${GUID}`],
    );
    assert.deepEqual(
      [long, short, ethernet].map((mac) => mac && isEthernet(mac)),
      [false, false, true],
    );
  });
});
