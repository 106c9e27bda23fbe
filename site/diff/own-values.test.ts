import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ownReplacer } from './own-values.ts';

const record = { HOSTNAME: 'lab1', IP: '10.0.0.1', MAC: '52:54:00:77:00:AA', ADMIN: 'ann' };

suite("a machine's own values", () => {
  const replace = ownReplacer('lab1', record, record);
  const table: [text: string, replaced: string][] = [
    ['lab1.x lab1', '${HOSTNAME}.x ${HOSTNAME}'],
    ['Address=10.0.0.1/24', 'Address=${IP 0}/24'],
    ['52:54:00:77:00:AA 52:54:00:77:00:aa', '${MAC 0} ${MAC 0 canonical}'],
    ['lab10 xlab1 10.0.0.11 110.0.0.1', 'lab10 xlab1 10.0.0.11 110.0.0.1'],
    ['ann', 'ann'],
    ['${HOSTNAME}', '$${HOSTNAME}'],
  ];
  for (const [text, replaced] of table) test(text, () => assert.equal(replace(text), replaced));

  test('that become others are not replaced', () => {
    const moved = ownReplacer('lab1', record, { ...record, IP: '10.0.0.2' });
    assert.equal(moved('10.0.0.1 10.0.0.2 lab1'), '10.0.0.1 10.0.0.2 ${HOSTNAME}');
  });

  test('make the texts of two machines equal', () => {
    const other = { ...record, IP: '10.0.0.2' };
    assert.equal(replace('10.0.0.1 lab1'), ownReplacer('lab2', other, other)('10.0.0.2 lab2'));
  });
});
