import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { dpkg } from './dpkg/dpkg.ts';
import { rpm } from './rpm/rpm.ts';
import { faultOfKey, maskUrls } from './source-text.ts';

const KEY = '/etc/keys/lab.asc';
const DEB = 'Types: deb\nURIs: https://mirror.example.test/debian\nSuites: stable\nComponents: main\n';
const REPO = '[lab]\nname=lab\nbaseurl=https://mirror.example.test/lab\ngpgcheck=1\n';

suite('a source of apt', () => {
  test('comments go, names have their spelling, and the key is the one that was given', () => {
    const text = `# ours\n${DEB.replace('URIs', 'uris')}Signed-By: /etc/other.gpg\n\n\n${DEB}`;
    assert.equal(dpkg.sources.render(text, KEY), `${DEB}Signed-By: ${KEY}\n\n${DEB}Signed-By: ${KEY}\n`);
  });

  const bad: readonly (readonly [what: string, text: string, fault: RegExp])[] = [
    ['nothing', '# none\n', /source:1: error: it has no source/],
    ['no check of signatures', `${DEB}Trusted: yes\n`, /source:5: error: Trusted is not a field/],
    ['a program', `${DEB}URIs: https://a.test\n`, /URIs is there twice/],
    ['a password', DEB.replace('mirror', 'me:secret@mirror'), /has a password/],
    ['another way to fetch', DEB.replace('https://mirror', 'ssh://mirror'), /ssh: is not one of http/],
    ['no suite', DEB.replace(/Suites.*\n/, ''), /Suites is missing/],
    ['a key within', `${DEB}Signed-By:\n -----BEGIN PGP\n`, /Signed-By is the path/],
    ['one-line style', 'deb https://a.test stable main\n', /is not "Field: value"/],
  ];
  for (const [what, text, fault] of bad) {
    test(what, () => assert.throws(() => dpkg.sources.render(text, KEY), fault));
  }

  test('without a key, it must say whose signature counts', () => {
    assert.throws(() => dpkg.sources.render(DEB, undefined), /no key is given/);
    assert.match(dpkg.sources.render(`${DEB}Signed-By: /usr/share/keyrings/a.gpg\n`, undefined), /keyrings\/a\.gpg/);
  });
});

suite('a source of dnf', () => {
  test('the key is the one that was given', () => {
    assert.equal(
      rpm.sources.render(`; ours\n${REPO}gpgkey=https://a.test/key\n`, KEY),
      `${REPO}gpgkey=file://${KEY}\n`,
    );
    assert.deepEqual(
      rpm.sources.fetch('lab', REPO)[0]?.argv.filter((word) => word.includes('able')),
      ['--disablerepo=*', '--enablerepo=lab', '--setopt=skip_if_unavailable=False'],
    );
  });

  const bad: readonly (readonly [what: string, text: string, fault: RegExp])[] = [
    ['no check of packages', REPO.replace('gpgcheck=1', 'gpgcheck=0'), /gpgcheck=1 is missing/],
    ['a password', `${REPO}password=secret\n`, /password is not an option/],
    ['an option before any source', 'gpgcheck=1\n', /neither \[source\] nor/],
    ['settings of dnf itself', '[main]\ngpgcheck=1\n', /neither \[source\] nor/],
    ['no place', REPO.replace(/baseurl.*\n/, ''), /baseurl, metalink or mirrorlist is missing/],
    ['a pattern of names', REPO.replace('[lab]', '[*]'), /neither \[source\] nor/],
  ];
  for (const [what, text, fault] of bad) {
    test(what, () => assert.throws(() => rpm.sources.render(text, KEY), fault));
  }
});

const armour = (kind: string, first: number): string => {
  const body = Buffer.from([first, 1, 2, 3]).toString('base64');
  return `-----BEGIN PGP ${kind} KEY BLOCK-----\n\n${body}\n=abcd\n-----END PGP ${kind} KEY BLOCK-----\n`;
};

test('keys', () => {
  assert.equal(faultOfKey(armour('PUBLIC', 0xc6)), undefined);
  assert.equal(faultOfKey(armour('PUBLIC', 0x98)), undefined);
  assert.match(faultOfKey(armour('PUBLIC', 0xc5)) ?? '', /does not begin with a public key/);
  assert.match(faultOfKey(armour('PRIVATE', 0xc5)) ?? '', /private key/);
  assert.match(faultOfKey('binary') ?? '', /in ASCII armour/);
});

test('passwords are not shown', () => {
  assert.equal(maskUrls('URIs: https://me:secret@a.test/x ftp://b.test'), 'URIs: https://***@a.test/x ftp://b.test');
});
