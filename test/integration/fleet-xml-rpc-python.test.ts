// XML-RPC as Python's own library speaks it: what it writes we read, and what we write it reads.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as fc from 'fast-check';
import { parseCall } from '../../fleet/xml-rpc/parse-call.ts';
import type { Value } from '../../fleet/xml-rpc/value.ts';
import { writeAnswer, writeFault } from '../../fleet/xml-rpc/write-answer.ts';
import { runCommand } from '../../lib/run-command.ts';
import { scratchDirectory } from '../helpers/loop-disk.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());
const directory = await scratchDirectory(cleanup);

/** Reads cases, a JSON a line: what we wrote, and the value. Prints what Python writes of it, and whether it read the same. */
const PYTHON = `
import base64, datetime, json, sys, xmlrpc.client

def value_of(tagged):
    kind, value = tagged
    if kind == 'date': return datetime.datetime.fromisoformat(value)
    if kind == 'bytes': return base64.b64decode(value)
    if kind == 'array': return [value_of(each) for each in value]
    if kind == 'struct': return {name: value_of(each) for name, each in value}
    if kind == 'double': return float(value)
    return value

for line in open(sys.argv[1], encoding='utf-8'):
    case = json.loads(line)
    value = value_of(case['value'])
    ((read,), _) = xmlrpc.client.loads(case['answer'].encode(), use_builtin_types=True)
    written = xmlrpc.client.dumps((value,), 'anon.test', allow_none=True)
    print(json.dumps({'same': read == value, 'read': repr(read), 'written': written}))
`;

type Tagged = readonly [kind: string, value: unknown];

function tag(value: Value): Tagged {
  if (value instanceof Date) return ['date', value.toISOString().slice(0, 19)];
  if (value instanceof Uint8Array) return ['bytes', Buffer.from(value).toString('base64')];
  if (Array.isArray(value)) return ['array', (value as readonly Value[]).map(tag)];
  if (typeof value === 'number') return [Number.isInteger(value) ? 'int' : 'double', value];
  if (typeof value !== 'object' || value === null) return ['plain', value];
  return ['struct', Object.entries(value).map(([name, member]) => [name, tag(member)])];
}

const text = fc.string({
  unit: fc.constantFrom('a', ' ', '\n', '\t', '<', '&', '"', ']]>', 'ü', '漢', '🦆', '\u0085'),
});
const { value: values } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true, noInteger: true }),
    text,
    fc.date({ min: new Date('1000-01-01'), max: new Date('9999-01-01'), noInvalidDate: true }).map(wholeSecond),
    fc.uint8Array(),
    fc.array(tie('value')),
    fc.dictionary(text, tie('value')).map((struct) => ({ ...struct })),
  ),
}));

function wholeSecond(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}

test('two thousand values, there and back', async () => {
  const cases = fc.sample(values, 2000);
  const script = join(directory, 'both-ways.py');
  const file = join(directory, 'cases');
  await writeFile(script, PYTHON);
  const lines = cases.map((value) => JSON.stringify({ answer: writeAnswer(value), value: tag(value) }));
  await writeFile(file, lines.join('\n'));
  const { stdout } = await runCommand(['python3', script, file], { env: { PYTHONIOENCODING: 'utf-8' } });
  const answers = stdout.trimEnd().split('\n');
  assert.equal(answers.length, cases.length);
  for (const [index, line] of answers.entries()) {
    const { same, read, written } = JSON.parse(line) as { same: boolean; read: string; written: string };
    assert.ok(same, `Python read ${read} from ${lines[index]}`);
    assert.deepEqual(parseCall(Buffer.from(written)).params, [cases[index]]);
  }
});

test('a fault is a fault, and a carriage return and a long number arrive', async () => {
  const script = join(directory, 'fault.py');
  await writeFile(
    script,
    `
import sys, xmlrpc.client
try:
    xmlrpc.client.loads(sys.argv[1])
except xmlrpc.client.Fault as fault:
    print(fault.faultCode, fault.faultString)
print(xmlrpc.client.loads(sys.argv[2])[0])
`,
  );
  const [fault, answer] = [writeFault('not-found', 'there is no host <a>'), writeAnswer(['a\r\n', 2 ** 40])];
  const { stdout } = await runCommand(['python3', script, fault, answer]);
  assert.equal(stdout, "5 there is no host <a>\n(['a\\r\\n', 1099511627776],)\n");
});
