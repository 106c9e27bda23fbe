// Damaged files: what xmllint reads, we read, and the other way round; every error has its place, every edit its effect.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCommand } from '../../lib/run-command.ts';
import { FaultsError } from '../../lib/errors.ts';
import { hostValues } from '../../update-cluster/document/cluster-document.ts';
import type { ClusterDocument } from '../../update-cluster/document/cluster-document.ts';
import { insertHosts, removeHosts, replaceFields } from '../../update-cluster/document/edit-document.ts';
import { formatDocument } from '../../update-cluster/document/format-document.ts';
import { parseCluster } from '../../update-cluster/document/parse-document.ts';
import { howMany } from '../helpers/how-many.ts';
import { seededRandom } from '../helpers/seeded-random.ts';

const sample = `<?xml version="1.0"?>
<!DOCTYPE cluster SYSTEM "x.dtd">
<?p q?>
<cluster a="1">
  <!-- c -->
  <host id='2'>
    <ip>10.0.0.1</ip>
    <mac>a&amp;b</mac> <!-- s -->
    <notes><![CDATA[x]]>&#65;</notes><os><v/>t</os>
  </host>\r
 <host/>
</cluster>
<!-- e -->
`;
const pieces = [
  '<',
  '>',
  '&',
  '"',
  "'",
  '/',
  '-',
  '!',
  '[',
  ']',
  '?',
  '=',
  ' ',
  '\n',
  '\r',
  'x',
  '<host>',
  '</host>',
  '<!--',
].concat(['-->', ']]>', '<![CDATA[', '&#x;', '&lt;', '\t', 'é', '<ip/>', '<ab/>', ' b="2"', '?>', '\u0001']);

/** What we refuse, and XML does not: entities of a DTD that is not opened, a field twice, another root; what
 * libxml2 is lenient about: versions, and DOCTYPEs without a space. */
const OURS_ALONE = /undefined entity|has a second|the root element is|version number|which is not read|this DOCTYPE/;

test('damaged files', async () => {
  const random = seededRandom('cluster.xml');
  const draw = (count: number): number => Math.floor(random() * count);
  const cases = howMany({ few: 150, all: 1500 });
  let readCount = 0;
  for (let number = 0; number < cases; number += 1) {
    let text = sample;
    for (let change = 0; change <= draw(3); change += 1) {
      const at = draw(text.length);
      text = text.slice(0, at) + (draw(3) === 0 ? '' : pieces[draw(pieces.length)]) + text.slice(at + draw(3));
    }
    const document = parse(text);
    const peer = await runCommand(['xmllint', '--noout', '--nonet', '-'], { stdin: text, okExitCodes: [0, 1] });
    if (typeof document !== 'string') {
      readCount += 1;
      assert.equal(peer.exitCode, 0, `${JSON.stringify(text)}\n${peer.stderr}`);
      checkEdits(document);
    } else if (!OURS_ALONE.test(document)) {
      assert.equal(peer.exitCode, 1, `${JSON.stringify(text)}\n${document}`);
    }
  }
  assert.ok(readCount > cases / 20, `${readCount} were read`);
});

function parse(text: string): ClusterDocument | string {
  try {
    return parseCluster(text, 'x.xml').document;
  } catch (error) {
    assert.ok(error instanceof FaultsError, String(error));
    assert.match(error.message, /x\.xml:\d+:\d+: error: /);
    return error.message;
  }
}

function reread(text: string): ClusterDocument {
  return parseCluster(text, 'x.xml').document;
}

function checkEdits(document: ClusterDocument): void {
  const { text, root, hosts } = document;
  const formatted = reread(formatDocument(document));
  assert.deepEqual(formatted.hosts.map(hostValues), hosts.map(hostValues));
  assert.equal(formatDocument(formatted), formatted.text);
  const added = reread(insertHosts(document, [{ ip: '192.0.2.1' }]));
  assert.equal(added.hosts.length, hosts.length + 1);
  if (root.contentStart !== root.end) assert.equal(removeHosts(added, added.hosts.slice(-1)), text);
  for (const [index, host] of hosts.entries()) {
    const values = { ip: '192.0.2.2', mac: 'm', bootmaster: 'b' };
    const replaced = reread(replaceFields(document, host, values)).hosts[index];
    assert.ok(replaced);
    assert.deepEqual(hostValues(replaced), { ...hostValues(host), ...values });
  }
}
