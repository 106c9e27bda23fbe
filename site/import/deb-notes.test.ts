import assert from 'node:assert/strict';
import { test } from 'node:test';
import { debNotes } from './deb-notes.ts';

test('notes: nothing where a package has nothing but files', () => {
  assert.deepEqual(
    debNotes(
      new Map([
        ['control', 'Package: a\nVersion: 1\n'],
        ['md5sums', ''],
      ]),
    ),
    [],
  );
});

test('notes: a comment in a script is not a command, and names steer no terminal', () => {
  const notes = debNotes(
    new Map([
      ['postinst', '#!/bin/sh\n# dpkg-divert is not needed\n  # nor adduser\nexec update-alternatives --install\n'],
      ['conffiles', '/etc/\u001B[2J\nremove-on-upgrade /etc/old\n'],
    ]),
  );
  assert.deepEqual(notes, [
    'conffiles become plain files, and changes on machines are undone: etc/\\x1b[2J; to keep changes, name them under mutable: or pin: in .packagelink.yaml',
    'lost with the scripts: alternatives: the links that update-alternatives would make',
    'not imported: what dpkg would run (postinst)',
  ]);
});
