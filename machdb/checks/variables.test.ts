import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { checkMachdb } from '../check.ts';
import { parseMachdb } from '../parse.ts';

function check(text: string, usedVariables?: readonly string[]): string[] {
  const db = parseMachdb([{ path: 'a.db', text }]);
  return checkMachdb(db, [], usedVariables === undefined ? {} : { usedVariables }).map(
    ({ severity, line, message, suggestion }) => `${line}: ${severity}: ${message} (${suggestion})`,
  );
}

const unused = 'is used by no program, template or reference';
const forPeople = 'if it is meant for people, declare it: see docs/machdb.md';

suite('variables that nothing uses', () => {
  const table: [what: string, lines: string, warnings: string[]][] = [
    [
      'known ones, and families',
      'OS=x\nNAMESERVER2=10.0.0.2\nNIC_b_IP=\nDISK_a=size:1G-\nansible_user=x\nTTL=1\nMASS_DELETE=x\nCLUSTER_NOTES=x\nCLUSTER_BOOTMASTER=10.0.0.1\n',
      [],
    ],
    [
      'slips of the pen',
      'GATWAY=x\npackages=x\nPARITION=x\nNetmask=x\nNIC_b_IPP=x\nDISC_a=x\nNAMSERVER2=x\nALIAS=x\n',
      ['GATEWAY', 'PACKAGES', 'PARTITION', 'NETMASK', 'NIC_b_IP', 'DISK_a', 'NAMESERVER2', 'ALIASES'].map(
        (meant, index) => {
          const written = ['GATWAY', 'packages', 'PARITION', 'Netmask', 'NIC_b_IPP', 'DISC_a', 'NAMSERVER2', 'ALIAS'][
            index
          ];
          return `${3 + index}: warning: ${written} ${unused} (did you mean ${meant}?)`;
        },
      ),
    ],
    [
      'what a template, a reference or REQUIRED uses',
      'COLOUR=x\nLOCATION=x\nPRINTER=${LOCATION}\nREQUIRED=OWNER\nOWNER=x\nFQDN=${PRINTER}\n',
      [`8: warning: FQDN ${unused} (${forPeople})`],
    ],
    ['a template variable that was meant', 'COLUOR=x\n', [`3: warning: COLUOR ${unused} (did you mean COLOUR?)`]],
    [
      'each once, however many lines have it',
      'WARRANTY=x\nn:\nIP=10.0.0.2\nWARRANTY=y\no:\nIP=10.0.0.3\nWARRANTY+=z\n',
      [`3: warning: WARRANTY (and in 2 more lines) ${unused} (${forPeople})`],
    ],
  ];
  for (const [what, lines, warnings] of table) {
    test(what, () => assert.deepEqual(check(`m:\nIP=10.0.0.1\n${lines}`, ['COLOUR']), warnings));
  }

  test('nothing is said where nobody says what templates use', () => {
    assert.deepEqual(check('m:\nIP=10.0.0.1\nGATWAY=x\n'), []);
  });
});

suite('declared variables', () => {
  test('a declaration of nothing', () => {
    assert.deepEqual(check('d:\nDECLARE_=text: What.\nm:\nIP=10.0.0.1\n'), [
      '2: error: DECLARE_ names no variable (undefined)',
    ]);
  });

  const types: [type: string, right: string[], wrong: string[]][] = [
    ['text', ['a b', 'x'], []],
    ['word', ['a', 'a:b'], ['a b']],
    ['number', ['0', '-3', '007'], ['x', '1.5', '1 2']],
    ['number 1-42', ['1', '42'], ['0', '43', 'x']],
    ['number -5--1', ['-5', '-1'], ['0', '-6']],
    ['address', ['10.0.0.1', '2001:db8::1'], ['10.0.0', 'x']],
    [
      'network',
      ['10.0.0.0/8', '2001:db8::/32', '0.0.0.0/0'],
      ['10.0.0.1/8', '10.0.0.0', '10.0.0.0/33', 'x/8', '2001:db8::1/32'],
    ],
    ['mac', ['0:0:0:0:0:1'], ['0:0']],
    ['path', ['/srv/x'], ['srv', './x']],
    ['yes/no', ['yes', 'no'], ['Yes', 'true']],
    ['one of a b:c', ['a', 'b:c'], ['A', 'a b']],
    ['list of word', ['a b', 'a'], []],
    ['list of number 1-3', ['1 3', '2'], ['4', '1 x']],
    ['list of one of a b', ['a b a'], ['c']],
  ];
  for (const [type, right, wrong] of types) {
    test(type, () => {
      const declared = `d:\nDECLARE_X=${type}: What it is.\n`;
      for (const value of [...right, '']) {
        assert.deepEqual(check(`${declared}m:\nIP=10.0.0.1\nX=${value}\n`), [], value);
      }
      for (const value of wrong) {
        const said = check(`${declared}m:\nIP=10.0.0.1\nX=${value}\n`);
        assert.deepEqual(said, [`5: error: X: '${value}' is not ${type}, as a.db:2 declares (What it is.)`]);
      }
    });
  }

  const table: [what: string, text: string, faults: string[]][] = [
    [
      'others are faults, once; templates do not make them known',
      'd:\nDECLARE_ROOM=word: The room.\nm:\nIP=10.0.0.1\nROM=x\nCOLOUR=x\nn:\nIP=10.0.0.2\nROM=y\nROOM=x\n',
      [
        '5: error: ROM (and in 1 more line) is not declared (did you mean ROOM?)',
        '6: error: COLOUR is not declared (DECLARE_COLOUR=text: What it means.)',
      ],
    ],
    [
      'a value of a class, at its line, once; what a reference comes to',
      'd:\nDECLARE_ROOM=one of A B: The room.\nc:\nROOM=C\nm: c\nIP=10.0.0.1\nn: c\nIP=10.0.0.2\no:\nIP=10.0.0.3\nROOM=${HOSTNAME}\n',
      [
        "4: error: ROOM: 'C' is not one of A B, as a.db:2 declares (The room.)",
        "11: error: ROOM: 'o' is not one of A B, as a.db:2 declares (The room.)",
      ],
    ],
    [
      'declarations that are none',
      'd:\nDECLARE_A=word\nDECLARE_B=colour: x\nDECLARE_C=number 3-1: x\nDECLARE_D=list of list of word: x\nm:\nIP=10.0.0.1\nA=1\n',
      [
        "2: error: DECLARE_A is not 'TYPE: SENTENCE', such as 'word: The room that the machine stands in.' (undefined)",
        "3: error: DECLARE_B 'colour' is none of the types text, word, number, address, network, mac, path, yes/no, number MIN-MAX, one of WORDS, list of TYPE (undefined)",
        "4: error: DECLARE_C 'number 3-1' is none of the types text, word, number, address, network, mac, path, yes/no, number MIN-MAX, one of WORDS, list of TYPE (undefined)",
        "5: error: DECLARE_D 'list of list of word' is none of the types text, word, number, address, network, mac, path, yes/no, number MIN-MAX, one of WORDS, list of TYPE (undefined)",
      ],
    ],
  ];
  for (const [what, text, faults] of table) {
    test(what, () => assert.deepEqual(check(text, ['COLOUR']), faults));
  }

  test('what is declared twice, or has a meaning already', () => {
    const said = check('d:\nDECLARE_E=word: x\nDECLARE_E=text: y\nDECLARE_IP=word: x\nm:\nIP=10.0.0.1\nE=x\n');
    assert.deepEqual(said, [
      '3: error: E is declared already, in a.db:2 (undefined)',
      '4: error: IP has a meaning already, and needs no declaration (undefined)',
    ]);
  });
});
