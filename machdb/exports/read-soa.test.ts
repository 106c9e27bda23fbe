import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { readSerial } from './read-soa.ts';

const REST = '3600 900 604800 3600';
const S = 2_026_112_101;

suite('the serial of a zone', () => {
  const table: [name: string, text: string, serial: number | undefined][] = [
    ['a parenthesis before the names', `@ IN SOA ( ns. h. ${S} ${REST} )`, S],
    ['before the type', `@ IN ( SOA ns. h. ${S} ${REST} )`, S],
    ['before the class', `@ ( IN SOA ns. h. ${S} ${REST} )`, S],
    ['between the names, and nested', `@ IN SOA ns. ( h. ${S} ( 3600 900 ) 604800\n 3600 )`, S],
    ['without a blank', `@ IN SOA(ns. h.(${S} ${REST}))`, S],
    ['comments with parentheses', `@ IN SOA ns. h. ( ; (\n ; 5\n ${S} ; serial )\n 3600;r\n 900 604800 3600 )`, S],
    ['a comment with a SOA record before it', `; @ IN SOA a. b. 5 ${REST}\n@ IN SOA ns. h. ${S} ${REST}`, S],
    ['each word on its own line', `@ (\n IN\n SOA\n ns.\n h.\n ${S}\n ${REST} )`, S],
    ['TTL, then class', `@ 3600 IN SOA ns. h. ${S} ${REST}`, S],
    ['class, then TTL in units', `@ IN 1h30m SOA ns. h. ${S} 1H 15m 1W 1h`, S],
    ['neither', `lab.example. SOA ns. h. ${S} ${REST}`, S],
    ['small letters', `@ in soa ns. h. ${S} ${REST}`, S],
    ['numbers as names', `1 2 IN SOA 3 4 ${S} ${REST}`, S],
    ['names that are words of the format', `soa IN SOA soa soa ${S} ${REST}`, S],
    ['no owner', `$ORIGIN lab.example.\n IN SOA ns. h. ${S} ${REST}`, S],
    ['$ORIGIN soa', `$ORIGIN soa\n$TTL 1h\n@ IN SOA ns. h. ${S} ${REST}`, S],
    ['escaped characters', String.raw`@ IN SOA ns. a\.b\;c\(d\ e\040f.x. ${S} ${REST}`, S],
    ['quotes', `@ IN SOA ns. "h ; ( x." ${S} ${REST}`, S],
    ['CR LF and tabs', `$TTL 1h\r\n@\tIN\tSOA\tns.\th.\t(\r\n\t${S}\r\n\t${REST} )\r\n`, S],
    ['a class by its number, the type by its number', `@ CLASS1 TYPE6 ns. h. ${S} ${REST}`, S],
    ['leading zeros', `@ IN SOA ns. h. 0000000007 ${REST}`, 7],
    ['the largest', `@ IN SOA ns. h. 4294967295 ${REST}`, 4_294_967_295],
    ['larger', `@ IN SOA ns. h. 4294967296 ${REST}`, undefined],
    ['not a number', `@ IN SOA ns. h. 1h ${REST}`, undefined],
    ['another record', '@ IN TXT "SOA ns. h. 5"\nsoa IN A 10.0.0.1', undefined],
    ['nothing', '', undefined],
  ];
  for (const [name, text, serial] of table) {
    test(name, () => assert.equal(readSerial(text), serial));
  }
});
