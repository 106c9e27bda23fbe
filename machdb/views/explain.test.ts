import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { expandReferences } from '../expand.ts';
import { FaultsError } from '../../lib/errors.ts';
import { runAtOnce } from '../../lib/slices.ts';
import { outlineInSteps, parseMachdb } from '../parse.ts';
import { resolveRecord } from '../resolve.ts';
import { splitWords } from '../values.ts';
import { anyDrafts, parseDrafts } from './arbitrary-machdb.ts';
import { explainObject } from './explain.ts';
import type { VariableExplanation } from './explain.ts';
import { formatExplanation } from './format-explanation.ts';

const LAPTOP = `
client:
    PACKAGES=amd  ypclient bash
    PRINTER=hall
no-yp:
    PACKAGES-=ypclient nis
    PRINTER=none
    EDITOR-=vi
laptop: client no-yp
    PACKAGES+=tex bash
    PRINTER=none
    PACKAGES+=bash
    DOMAIN=\${SITE}.example
    SITE=lab
    FQDN=\${HOSTNAME}.\${DOMAIN}
    NAMES=www
    NAMES+=\${FQDN} $\${X}
`;

function explain(text: string, variable: string): string[] {
  const variables = explainObject(parseMachdb([{ path: 'a.db', text }]), 'laptop');
  return variables.filter((each) => each.variable === variable).flatMap(formatExplanation);
}

suite('explain', () => {
  const table: [variable: string, lines: string[]][] = [
    ['HOSTNAME', ['HOSTNAME="laptop"', '    the name of the object']],
    [
      'PACKAGES',
      [
        'PACKAGES="amd bash tex"',
        '    a.db:3   client  set to "amd  ypclient bash"',
        '    a.db:6   no-yp   removed ypclient; not there: nis',
        '    a.db:10  laptop  added tex; already there: bash',
        '    a.db:12  laptop  added nothing; already there: bash',
      ],
    ],
    [
      'PRINTER',
      [
        'PRINTER="none"',
        '    a.db:4   client  set to "hall"',
        '    a.db:7   no-yp   set to "none", instead of "hall" (a.db:4)',
        '    a.db:11  laptop  set to "none", which it already was (a.db:7)',
      ],
    ],
    ['EDITOR', ['EDITOR is not set', '    a.db:8  no-yp  removed nothing; not there: vi']],
    [
      'FQDN',
      [
        'FQDN="laptop.lab.example"',
        '    a.db:15  laptop  set to "${HOSTNAME}.${DOMAIN}"',
        '    ${HOSTNAME} is "laptop", the name of the object',
        '    ${DOMAIN} is "lab.example", from a.db:13 (laptop), written "${SITE}.example"',
        '    ${SITE} is "lab", from a.db:14 (laptop)',
      ],
    ],
    [
      'NAMES',
      [
        'NAMES="www laptop.lab.example ${X}"',
        '    a.db:16  laptop  set to "www"',
        '    a.db:17  laptop  added ${FQDN} $${X}',
        '    before references were replaced: "www ${FQDN} $${X}"',
        '    ${FQDN} is "laptop.lab.example", from a.db:15 (laptop), written "${HOSTNAME}.${DOMAIN}"',
        '    ${HOSTNAME} is "laptop", the name of the object',
        '    ${DOMAIN} is "lab.example", from a.db:13 (laptop), written "${SITE}.example"',
        '    ${SITE} is "lab", from a.db:14 (laptop)',
      ],
    ],
  ];
  for (const [variable, lines] of table) {
    test(variable, () => assert.deepEqual(explain(LAPTOP, variable), lines));
  }

  test('a reference that leads nowhere is said where it is needed, too', () => {
    const text = 'laptop:\nA=${B}\nB=x${C}\n';
    assert.deepEqual(explain(text, 'B')[0], 'B has no value: B refers to ${C}, which is not set');
    assert.deepEqual(explain(text, 'A')[0], 'A has no value: B refers to ${C}, which is not set');
  });

  test('a line that cannot be read is a fault, also when nobody has looked at it before', () => {
    const { db } = runAtOnce(outlineInSteps([{ path: 'a.db', text: 'all:\nA="x\nlaptop: all\nB=1\n' }]));
    assert.throws(
      () => explainObject(db, 'laptop'),
      (error) => error instanceof FaultsError && error.faults[0]?.line === 2,
    );
  });

  test('a circle ends', () => {
    assert.match(explain('laptop:\nA=${B}\nB=${A}\n', 'A')[0] ?? '', /^A has no value: .*A → B → A$/);
  });
});

suite('long chains of references', () => {
  const chain = (count: number, last: string): string => {
    const lines = Array.from({ length: count }, (_, index) => `R${index}=\${R${index + 1}}\n`);
    return `m:\n${lines.join('')}${last}`;
  };
  const explainAll = (text: string, only?: string) => explainObject(parseMachdb([{ path: 'a.db', text }]), 'm', only);

  test('what is said grows with the number of variables, not with its square', () => {
    const [small, large] = [500, 1000].map((count) => JSON.stringify(explainAll(chain(count, `R${count}=x\n`))).length);
    assert.ok((large ?? 0) < 2.2 * (small ?? 0), `${small} and ${large} characters`);
  });

  test('one variable is explained whole, the others say that there is more', () => {
    const text = chain(100, 'R100=x\n');
    const [first] = explainAll(text, 'R0');
    assert.deepEqual([first?.references.length, first?.more], [100, undefined]);
    const all = explainAll(text);
    assert.deepEqual([all[1]?.variable, all[1]?.references.length, all[1]?.more], ['R0', 20, true]);
    assert.match(
      formatExplanation(all[1] ?? assert.fail()).at(-1) ?? '',
      /and so on; with R0 named, all of it is shown/,
    );
    assert.deepEqual([all[85]?.references.length, all[85]?.more], [16, undefined]);
  });

  test('direct references are never left out', () => {
    const names = Array.from({ length: 60 }, (_, index) => `A${index}`);
    const text = `m:\n ALL=${names.map((name) => `\${${name}}`).join('')}\n${names.map((name) => ` ${name}=\${B}\n`).join('')} B=x\n`;
    const all = explainAll(text).find(({ variable }) => variable === 'ALL');
    assert.deepEqual([all?.references.length, all?.more], [60, true]);
  });

  test('all that refer to what has no value have its problem', () => {
    const problems = explainAll(chain(1000, '')).map(({ problem }) => problem);
    assert.deepEqual(new Set(problems.slice(1)), new Set(['R999 refers to ${R1000}, which is not set']));
  });
});

test('replaying an explanation gives exactly what resolving gives', () => {
  fc.assert(
    fc.property(anyDrafts, (drafts) => {
      const db = parseDrafts(drafts);
      for (const name of drafts.keys()) {
        const explained = explainObject(db, name);
        const replayed = explained.map((each) => [each.variable, replay(each)] as const);
        const set = replayed.filter(([, value]) => value !== undefined);
        assert.deepEqual(Object.fromEntries(set), resolveRecord(db, name));
        for (const { variable, value } of explained) assert.equal(value ?? undefined, new Map(replayed).get(variable));
      }
    }),
    { numRuns: 500 },
  );
});

/** What the steps and the references of an explanation make of nothing. */
function replay({ variable, steps, raw, value, references }: VariableExplanation): string | undefined {
  if (variable === 'HOSTNAME') return value ?? undefined;
  let text: string | undefined;
  for (const { effect, value: written } of steps) {
    const words = splitWords(text ?? '');
    if (effect.did === 'set') {
      assert.equal(effect.instead?.value, text);
      text = written;
    } else if (effect.did === 'add') text = [...new Set([...words, ...effect.added])].join(' ');
    else if (text !== undefined) text = [...new Set(words)].filter((word) => !effect.removed.includes(word)).join(' ');
  }
  assert.equal(raw ?? undefined, text);
  if (text === undefined) return undefined;
  const given = references.map((each) => [each.variable, each.value.replaceAll('${', '$$$${')] as const);
  return expandReferences(new Map([...given, ['', text]])).values.get('');
}
