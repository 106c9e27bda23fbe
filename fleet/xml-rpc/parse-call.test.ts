import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import * as fc from 'fast-check';
import { parseCall } from './parse-call.ts';
import { RpcFault } from './value.ts';
import type { Value } from './value.ts';
import { writeAnswer, writeFault } from './write-answer.ts';

const callOf = (params: string): string =>
  `<?xml version='1.0'?>\n<methodCall>\n<methodName>anon.test</methodName>\n<params>${params}</params>\n</methodCall>`;
const withValue = (value: string): string => callOf(`<param>${value}</param>`);
const parse = (text: string) => parseCall(Buffer.from(text));

const values: readonly (readonly [xml: string, value: Value])[] = [
  ['<value><int>-5</int></value>', -5],
  ['<value><i4> +2147483647 </i4></value>', 2 ** 31 - 1],
  ['<value><i8>1800000000000</i8></value>', 1_800_000_000_000],
  ['<value><boolean>1</boolean></value>', true],
  ['<value><double>-1.5e-3</double></value>', -0.0015],
  ['<value><string> a &lt;b&gt; &#13;</string></value>', ' a <b> \r'],
  ['<value>text</value>', 'text'],
  ['<value><![CDATA[<&>]]></value>', '<&>'],
  ['<value/>', ''],
  ['<value><string/></value>', ''],
  ['<value><base64/></value>', new Uint8Array()],
  ['<value><dateTime.iso8601>19980717T14:08:55</dateTime.iso8601></value>', new Date('1998-07-17T14:08:55Z')],
  ['<value><dateTime.iso8601>1998-07-17T14:08:55Z</dateTime.iso8601></value>', new Date('1998-07-17T14:08:55Z')],
  ['<value><base64>\nAAE\n=</base64></value>', new Uint8Array([0, 1])],
  ['<value><nil/></value>', null],
  ['<value>\n <array>\n <data>\n <value>a</value> <value><int>1</int></value></data></array></value>', ['a', 1]],
  ['<value><struct><member><name>a</name><value>1</value></member></struct></value>', { a: '1' }],
  ['<value><struct/></value>', {}],
];

suite('what is read', () => {
  for (const [xml, value] of values) {
    test(xml.replaceAll('\n', ' '), () => {
      assert.deepEqual(parse(withValue(xml)), { method: 'anon.test', params: [value] });
    });
  }
  test('a call without parameters', () => {
    const call = { method: 'a.b', params: [] };
    assert.deepEqual(parse('\u{feff}<methodCall><methodName>a.b</methodName></methodCall>'), call);
    assert.deepEqual(parse('<methodCall><methodName> a.b\n</methodName><params/></methodCall>'), call);
  });
  test('a member that is called __proto__ is a member', () => {
    const member = '<member><name>__proto__</name><value><struct/></value></member>';
    const [struct] = parse(withValue(`<value><struct>${member}</struct></value>`)).params;
    assert.deepEqual(Object.keys(struct as object), ['__proto__']);
  });
});

const laughs = `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>${withValue('<value>&b;</value>').slice(22)}`;

const refused: readonly (readonly [what: string, xml: string | Buffer, error: RegExp])[] = [
  ['nothing', '', /no element|root/],
  ['no XML', 'hello', /text data outside of root/],
  ['half a call', callOf('').slice(0, 60), /unclosed|unexpected end/],
  ['entities', laughs, /line 1: a DOCTYPE is refused/],
  ['an unknown entity', withValue('<value>&b;</value>'), /entity/],
  ['a DOCTYPE alone', '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', /a DOCTYPE is refused/],
  ['10,000 levels', '<a>'.repeat(10_000), /line 1: elements are more than 64 deep/],
  ['values in values', withValue('<value><array><data>'.repeat(40)), /more than 64 deep/],
  ['200,000 elements', `<a>${'<b/>'.repeat(200_000)}</a>`, /more than 100000 elements/],
  ['bytes that are not UTF-8', Buffer.from([0x3c, 0x61, 0xff, 0x3e]), /it is not UTF-8/],
  ['another encoding', `<?xml version="1.0" encoding="UTF-16"?>${callOf('').slice(22)}`, /this is UTF-16/],
  ['half a character', withValue('<value>&#xD800;</value>'), /entity|character/],
  ['an answer', writeAnswer(1), /line 2: <methodResponse> is not <methodCall>/],
  ['no name', '<methodCall><params/></methodCall>', /<methodCall> has no <methodName>/],
  ['an empty name', '<methodCall><methodName/></methodCall>', /<methodName> has no name of a method/],
  ['two lists of parameters', callOf('').replace('<params>', '<params/><params>'), /has more than/],
  ['a parameter without a value', callOf('<param/>'), /line 4: <param> needs exactly one value/],
  ['a value that is no parameter', callOf('<value/>'), /<value> is not <param>/],
  ['text among parameters', callOf('text'), /<params> has text in it/],
  ['an unknown type', withValue('<value><float>1</float></value>'), /<float> is no type/],
  ['a type of JavaScript', withValue('<value><constructor>1</constructor></value>'), /<constructor> is no type/],
  ['two types', withValue('<value><int>1</int><int>1</int></value>'), /<value> needs exactly one type/],
  ['text and a type', withValue('<value>a<int>1</int></value>'), /<value> has text in it/],
  ['an empty int', withValue('<value><int/></value>'), /<int> is not an integer/],
  ['a hexadecimal int', withValue('<value><int>0x10</int></value>'), /<int> is not an integer/],
  ['a long int', withValue('<value><int>2147483648</int></value>'), /<int> is not a number of 32 bits/],
  ['a long i8', withValue('<value><i8>9007199254740993</i8></value>'), /<i8> is beyond 2\^53/],
  ['true', withValue('<value><boolean>true</boolean></value>'), /<boolean> is neither 0 nor 1/],
  ['infinity', withValue('<value><double>1e999</double></value>'), /<double> is not a number/],
  ['an empty date', withValue('<value><dateTime.iso8601/></value>'), /is not a date and time/],
  [
    'a day that is not',
    withValue('<value><dateTime.iso8601>20260230T00:00:00</dateTime.iso8601></value>'),
    /is not a date and time/,
  ],
  ['half of base64', withValue('<value><base64>AAE</base64></value>'), /<base64> is not base64/],
  ['a nil with text', withValue('<value><nil>0</nil></value>'), /<nil> is not empty/],
  ['an array without data', withValue('<value><array/></value>'), /<array> needs exactly one data/],
  [
    'a member that is there twice',
    withValue(`<value><struct>${'<member><name>a</name><value/></member>'.repeat(2)}</struct></value>`),
    /<name> is there twice/,
  ],
  ['half a member', withValue('<value><struct><member><name>a</name></member></struct></value>'), /is not <name> and/],
  ['an element in a string', withValue('<value><string><b/></string></value>'), /<string> has elements in it/],
];

suite('what is refused', () => {
  for (const [what, xml, error] of refused) {
    test(what, () => {
      const bytes = typeof xml === 'string' ? Buffer.from(xml) : xml;
      assert.throws(
        () => parseCall(bytes),
        (thrown: unknown) => thrown instanceof RpcFault && thrown.kind === 'generic' && error.test(thrown.message),
      );
    });
  }
});

test('what is written is read', () => {
  const { value } = fc.letrec<{ value: Value }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
      fc.string({ unit: 'grapheme' }),
      fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true }).map(wholeSecond),
      fc.uint8Array(),
      fc.array(tie('value')),
      fc.dictionary(fc.string(), tie('value')).map((struct) => ({ ...struct })),
    ),
  }));
  fc.assert(
    fc.property(value, (given) => {
      const xml = writeAnswer(given).replace(/^.*\n<methodResponse>/, '<methodCall><methodName>a</methodName>');
      assert.deepEqual(parse(xml.replace('</methodResponse>', '</methodCall>')).params, [given]);
    }),
  );
});

const wholeSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);

test('what XML cannot have is written as the character for that', () => {
  assert.match(writeAnswer('a\0b\u001b\ud800<'), /<string>a\ufffdb\ufffd\ufffd&lt;<\/string>/);
  assert.match(writeFault('denied', 'no'), /<fault><value><struct>.*<int>3<\/int>.*<string>no<\/string>/);
});
