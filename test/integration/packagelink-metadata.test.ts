// Metadata from a tree through the store onto a target and back to what it should be, as root on ext4. Judged by stat,
// find, getfattr, getcap, getfacl and du.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, linkSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../lib/errors.ts';
import { mergeTree } from '../../packagelink/merge/merge.ts';
import { publishTree } from '../../packagelink/publish/publish.ts';
import { readName } from '../../packagelink/store/store.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import { differences, fingerprint, full, layerOf, partial, publishSite, put, withLab } from './packagelink-lab.ts';
import type { Lab } from './packagelink-lab.ts';

const run = (...argv: [string, ...string[]]) =>
  execFileSync(argv[0], argv.slice(1), { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
const SPECIAL = ['/srv/spool/**', 'etc/null'];

/** Adds to the lab's image one path of each kind that a package can hold. */
function fill({ os }: Lab): void {
  const at = (path: string) => join(os, path);
  put(os, 'etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/var/www:/bin/false\n');
  put(os, 'etc/group', 'root:x:0:\nadm:x:4:\nwww-data:x:33:\n');
  put(os, 'usr/bin/attributes', 'x');
  run('setfattr', '-n', 'user.empty', at('usr/bin/attributes'));
  run('setfattr', '-n', 'user.bytes', '-v', '0x00ff0a', at('usr/bin/attributes'));
  put(os, 'srv/shared/file', 'x');
  run('setfacl', '-m', 'u:33:rw,g:4:r', at('srv/shared/file'));
  run('setfacl', '-m', 'u:33:rwx,d:u:33:rwx,d:g:4:rx', at('srv/shared'));
  put(os, 'srv/shared/plain', 'no ACL of its own');
  run('setfacl', '-b', at('srv/shared/plain'));
  mkdirSync(at('srv/spool'), { recursive: true });
  run('mkfifo', '-m', '620', at('srv/spool/fifo'));
  run('mknod', '-m', '666', at('etc/null'), 'c', '1', '3');
  run('mknod', '-m', '640', at('srv/spool/disk'), 'b', '259', '70000');
  chownSync(at('srv/spool/disk'), 0, 6);
  for (const path of ['usr/bin/passwd', 'bin', 'srv/spool/fifo', 'etc/null', 'srv/shared', 'srv/shared/file'])
    run('touch', '-h', '-d', '@1600000000.123456789', at(path));
}

async function publish({ store, os, key }: Lab, special: readonly string[] = SPECIAL) {
  const mutable = ['etc/machine-id', 'etc/passwd', 'etc/group'];
  const signingKey = key.privateKey;
  return await publishTree({ store, name: 'os', tree: os, kind: 'image', mutable, special, signingKey });
}

async function image(lab: Lab): Promise<MergedTree> {
  const layers = [await layerOf(lab, 'os', (await publish(lab)).manifest)];
  return mergeTree({ layers, defines: {} });
}

/** What the tools say of one path; of a device, the numbers too. */
const facts = (root: string, path: string): string[] => [
  run('find', join(root, path), '-maxdepth', '0', '-printf', '%y %m %U:%G %T@ %l'),
  run('stat', '-c', '%t %T', join(root, path)),
  run('getfattr', '-h', '-d', '-m', '^(user|security\\.capability)', '-e', 'hex', join(root, path))
    .split('\n')
    .slice(1)
    .join('\n'),
  run('find', join(root, path), '-maxdepth', '0', '-type', 'l').length > 0
    ? ''
    : run('getfacl', '-n', '-c', join(root, path)),
];

const PATHS =
  'usr/bin/passwd usr/bin/ping usr/bin/attributes bin srv/shared srv/shared/file ' +
  'srv/shared/plain srv/spool/fifo etc/null srv/spool/disk tmp etc/shadow';

test('everything comes back: modes, owners, nanoseconds, attributes, capabilities, ACLs, FIFOs and devices', async () => {
  await withLab('/var/tmp', async (lab) => {
    fill(lab);
    const tree = await image(lab);
    await full(lab, tree);
    for (const path of PATHS.split(' ')) assert.deepEqual(facts(lab.target, path), facts(lab.os, path), path);
    assert.match(facts(lab.target, 'etc/null')[0] ?? '', /^c 666 0:0 1600000000\.1234567890/);
    assert.equal(facts(lab.target, 'srv/spool/disk')[1], '103 11170');
    assert.match(run('getcap', join(lab.target, 'usr/bin/ping')), /cap_net_raw=ep/);
    assert.match(facts(lab.target, 'srv/shared')[3] ?? '', /default:user:33:rwx/);
    rmSync(join(lab.target, 'var'), { recursive: true });
    assert.deepEqual(differences(lab.os, lab.target, '--devices', '--specials'), []);
  });
});

test('a run on a machine that is right changes nothing', async () => {
  await withLab('/var/tmp', async (lab) => {
    fill(lab);
    const tree = await image(lab);
    await full(lab, tree);
    const before = fingerprint(lab.target);
    const failing = async () => await Promise.reject(new Error('nothing is to be fetched or run'));
    const result = await partial(lab, tree, { fetcher: failing, sync: () => assert.fail('nothing is to be synced') });
    assert.deepEqual([result.changes, result.errors], [[], []]);
    assert.equal(fingerprint(lab.target), before);
  });
});

const tamperings: [path: string, what: string, tamper: (at: (path: string) => string) => void, action: string][] = [
  ['usr/bin/passwd', 'no setuid', (at) => chmodSync(at('usr/bin/passwd'), 0o755), 'metadata'],
  ['usr/bin/passwd', 'another owner', (at) => chownSync(at('usr/bin/passwd'), 7, 7), 'metadata'],
  ['tmp', 'no sticky bit', (at) => chmodSync(at('tmp'), 0o777), 'metadata'],
  ['usr/bin/ping', 'no capability', (at) => run('setcap', '-r', at('usr/bin/ping')), 'replaced'],
  ['usr/bin/ping', 'more', (at) => run('setcap', 'cap_sys_admin+ep', at('usr/bin/ping')), 'replaced'],
  ['etc/issue', 'a capability', (at) => run('setcap', 'cap_net_raw+ep', at('etc/issue')), 'replaced'],
  ['usr/bin/attributes', 'one less', (at) => run('setfattr', '-x', 'user.empty', at('usr/bin/attributes')), 'replaced'],
  [
    'usr/bin/attributes',
    'other',
    (at) => run('setfattr', '-n', 'user.bytes', '-v', 'x', at('usr/bin/attributes')),
    'replaced',
  ],
  ['etc/issue', 'one more', (at) => run('setfattr', '-n', 'user.new', '-v', 'x', at('etc/issue')), 'replaced'],
  ['srv/shared/file', 'no ACL', (at) => run('setfacl', '-b', at('srv/shared/file')), 'replaced'],
  ['srv/shared/plain', 'an ACL', (at) => run('setfacl', '-m', 'u:5:rwx', at('srv/shared/plain')), 'replaced'],
  ['srv/shared', 'no default ACL', (at) => run('setfacl', '-k', at('srv/shared')), 'metadata'],
  ['etc', 'a default ACL', (at) => run('setfacl', '-m', 'd:u:5:rwx', at('etc')), 'metadata'],
  ['bin', 'another owner of a link', (at) => run('chown', '-h', '5:5', at('bin')), 'metadata'],
  [
    'bin',
    'another target',
    (at) => {
      rmSync(at('bin'));
      symlinkSync('/tmp', at('bin'));
    },
    'replaced',
  ],
  ['etc/null', 'a mode', (at) => chmodSync(at('etc/null'), 0o600), 'metadata'],
  ['etc/null', 'an owner', (at) => chownSync(at('etc/null'), 5, 5), 'metadata'],
  [
    'etc/null',
    'another device',
    (at) => {
      rmSync(at('etc/null'));
      run('mknod', '-m', '666', at('etc/null'), 'c', '1', '5');
    },
    'replaced',
  ],
  [
    'etc/null',
    'a file',
    (at) => {
      rmSync(at('etc/null'));
      writeFileSync(at('etc/null'), 'x');
    },
    'replaced',
  ],
  [
    'etc/issue',
    'a FIFO',
    (at) => {
      rmSync(at('etc/issue'));
      run('mkfifo', at('etc/issue'));
    },
    'replaced',
  ],
  ['srv/spool/fifo', 'a mode', (at) => chmodSync(at('srv/spool/fifo'), 0o666), 'metadata'],
  ['srv/spool/fifo', 'an ACL', (at) => run('setfacl', '-m', 'u:5:rw', at('srv/spool/fifo')), 'metadata'],
];

test('each attribute that is tampered with is put right, and only that path', async () => {
  await withLab('/var/tmp', async (lab) => {
    fill(lab);
    const tree = await image(lab);
    await full(lab, tree);
    const at = (path: string) => join(lab.target, path);
    for (const [path, what, tamper, action] of tamperings) {
      const before = facts(lab.target, path);
      tamper(at);
      assert.notDeepEqual(facts(lab.target, path), before, `${path}: ${what} is to be a difference`);
      const result = await partial(lab, tree);
      assert.deepEqual([result.said, result.errors], [[`${action} ${path}`], []], `${path}: ${what}`);
      // A directory's time is that of its last change.
      const timeless = (found: string[]) => found.map((fact) => fact.replace(/ \d+\.\d{10}/, ''));
      assert.deepEqual(timeless(facts(lab.target, path)), timeless(before), `${path}: ${what}`);
      assert.deepEqual((await partial(lab, tree)).said, []);
    }
    assert.match(facts(lab.target, 'etc/null')[0] ?? '', / 1600000000\.1234567890/);
  });
});

test('times to the nanosecond when a file, a link and a device are laid down again', async () => {
  await withLab('/var/tmp', async (lab) => {
    fill(lab);
    const tree = await image(lab);
    await full(lab, tree);
    const paths = ['usr/bin/passwd', 'bin', 'etc/null', 'srv/shared/file'];
    for (const path of paths) rmSync(join(lab.target, path));
    assert.deepEqual((await partial(lab, tree)).said, paths.map((path) => `created ${path}`).toSorted());
    for (const path of paths) assert.match(facts(lab.target, path)[0] ?? '', / 1600000000\.1234567890/, path);
  });
});

test('a file that a package drops, and a device, are deleted; one that is another device now stays', async () => {
  await withLab('/var/tmp', async (lab) => {
    fill(lab);
    await full(lab, await image(lab));
    for (const path of ['etc/null', 'srv/spool/fifo', 'srv/spool/disk']) rmSync(join(lab.os, path));
    rmSync(join(lab.target, 'srv/spool/disk'));
    run('mknod', join(lab.target, 'srv/spool/disk'), 'b', '8', '0');
    const result = await partial(lab, await image(lab));
    assert.deepEqual(result.said, ['deleted etc/null', 'deleted srv/spool/fifo']);
    assert.match(result.notices.join(), /srv\/spool\/disk is no longer in os, and stays: it was changed/);
  });
});

test('holes stay holes; what is full stays full', async () => {
  await withLab('/var/tmp', async (lab) => {
    const MiB = 1024 * 1024;
    run('truncate', '-s', '50M', join(lab.os, 'sparse'));
    execFileSync('dd', [
      'if=/dev/urandom',
      `of=${join(lab.os, 'sparse')}`,
      'bs=1M',
      'count=1',
      'seek=20',
      'conv=notrunc',
      'status=none',
    ]);
    run('fallocate', '-l', '3M', join(lab.os, 'full'));
    writeFileSync(join(lab.os, 'zeros'), Buffer.alloc(2 * MiB));
    run('truncate', '-s', '9000000', join(lab.os, 'only-a-hole'));
    const tree = await image(lab);
    await full(lab, tree);
    const check = () => {
      const taken = (path: string) => Number(run('du', '-B1', join(lab.target, path)).split('\t')[0]);
      assert.ok(taken('sparse') >= MiB && taken('sparse') < 1.2 * MiB, `${taken('sparse')}`);
      assert.ok(taken('full') >= 3 * MiB && taken('zeros') >= 2 * MiB);
      assert.ok(taken('only-a-hole') < 64 * 1024);
      for (const path of ['sparse', 'full', 'zeros', 'only-a-hole'])
        run('cmp', join(lab.os, path), join(lab.target, path));
    };
    check();
    appendFileSync(join(lab.target, 'sparse'), 'x');
    rmSync(join(lab.target, 'only-a-hole'));
    assert.deepEqual((await partial(lab, tree)).said, ['created only-a-hole', 'replaced sparse']);
    check();
    assert.deepEqual((await partial(lab, tree)).said, []);
  });
});

const SITE_RULES = `
special: [run/fifo]
files:
  - match: srv/www
    user: www-data
    group: adm
    mode: "2750"
  - match: usr/bin/serve
    capabilities: cap_net_bind_service,cap_net_raw=ep
    xattrs: { user.comment: hello, user.bytes: 0sAP8= }
  - match: var/big
    sparse: true
  - match: run/fifo
    group: adm
    mode: "0620"
`;

async function siteTree(lab: Lab): Promise<MergedTree> {
  const layers = [
    await layerOf(lab, 'os', (await publish(lab)).manifest),
    await layerOf(lab, 'site', (await publishSite(lab)).manifest),
  ];
  return mergeTree({ layers, defines: { HOSTNAME: 'underdog' } });
}

function fillSite({ site }: Lab): void {
  put(site, '.packagelink.yaml', SITE_RULES);
  put(site, 'srv/www/index.html', 'x');
  put(site, 'usr/bin/serve', 'x', 0o755);
  linkSync(join(site, 'usr/bin/serve'), join(site, 'usr/bin/serve2'));
  put(site, 'var/big', Buffer.alloc(1_000_000));
  mkdirSync(join(site, 'run'));
  run('mkfifo', join(site, 'run/fifo'));
}

test('a site package names owners, capabilities and attributes; names are those of the tree that is laid down', async () => {
  await withLab('/var/tmp', async (lab) => {
    fill(lab);
    fillSite(lab);
    // The second name has no rule, and one file has one set of attributes.
    await assert.rejects(publishSite(lab), /usr\/bin\/serve2: error: is a hard link of usr\/bin\/serve/);
    rmSync(join(lab.site, 'usr/bin/serve2'));
    const tree = await siteTree(lab);
    await full(lab, tree);
    const listed = (path: string) => run('stat', '-c', '%F %a %u:%g', join(lab.target, path));
    assert.equal(listed('srv/www'), 'directory 2750 33:4');
    assert.equal(listed('run/fifo'), 'fifo 620 0:4');
    assert.match(run('getcap', join(lab.target, 'usr/bin/serve')), /cap_net_bind_service,cap_net_raw=ep/);
    const attributes = facts(lab.target, 'usr/bin/serve')[2] ?? '';
    assert.match(attributes, /user\.bytes=0x00ff/);
    assert.match(attributes, new RegExp(`user\\.comment=0x${Buffer.from('hello').toString('hex')}`));
    assert.ok(Number(run('du', '-B1', join(lab.target, 'var/big')).split('\t')[0]) < 64 * 1024);
    assert.deepEqual((await partial(lab, tree)).said, []);
    chownSync(join(lab.target, 'srv/www'), 5, 5);
    assert.deepEqual((await partial(lab, tree)).said, ['metadata srv/www']);
    assert.equal(listed('srv/www'), 'directory 2750 33:4');
  });
});

test('a partial run looks names up in the target’s own files, where they are the machine’s', async () => {
  await withLab('/var/tmp', async (lab) => {
    fill(lab);
    fillSite(lab);
    rmSync(join(lab.site, 'usr/bin/serve2'));
    const tree = await siteTree(lab);
    await full(lab, tree);
    writeFileSync(join(lab.target, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\nwww-data:x:1033:33::/:/bin/false\n');
    const result = await partial(lab, tree);
    assert.deepEqual(result.said, ['metadata srv/www']);
    assert.match(result.changes[0]?.why ?? '', /owner was 33:4, should be 1033:4/);
  });
});

test('a name that nobody has is a fault before anything is written: path, package and name', async () => {
  await withLab('/var/tmp', async (lab) => {
    fill(lab);
    fillSite(lab);
    rmSync(join(lab.site, 'usr/bin/serve2'));
    put(lab.os, 'etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n');
    const tree = await siteTree(lab);
    const isExpected = (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.match(
        error.message,
        /srv\/www: error: package site gives it to user www-data, whom etc\/passwd of the target/,
      );
      return true;
    };
    await assert.rejects(full(lab, tree), isExpected);
    assert.equal(run('find', lab.target, '-mindepth', '1'), '');
    put(lab.os, 'etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nwww-data:x:33:33::/:/bin/false\n');
    const sound = await siteTree(lab);
    await full(lab, sound);
    writeFileSync(join(lab.target, 'etc/passwd'), 'root:x:0:0::/:/bin/sh\n');
    appendFileSync(join(lab.target, 'etc/issue'), 'x');
    const before = fingerprint(lab.target);
    await assert.rejects(partial(lab, sound), isExpected);
    assert.equal(fingerprint(lab.target), before);
  });
});

test('attributes and ACLs of a site’s tree are kept where the package says so', async () => {
  await withLab('/var/tmp', async (lab) => {
    fill(lab);
    put(lab.site, 'srv/www/index.html', 'x');
    run('setfacl', '-m', 'u:33:rw', join(lab.site, 'srv/www/index.html'));
    run('setfattr', '-n', 'user.a', '-v', 'b', join(lab.site, 'srv/www/index.html'));
    put(lab.site, '.packagelink.yaml', '');
    assert.ok(!(await siteTree(lab)).entries.some((entry) => entry.owner === 'site' && 'xattrs' in entry));
    put(lab.site, '.packagelink.yaml', 'keepXattrs: true\n');
    await full(lab, await siteTree(lab));
    assert.deepEqual(facts(lab.target, 'srv/www/index.html').slice(2), facts(lab.site, 'srv/www/index.html').slice(2));
    assert.deepEqual((await partial(lab, await siteTree(lab))).said, []);
    put(lab.site, '.packagelink.yaml', 'keepXattrs: true\nfiles:\n  - match: srv/www/*\n    mode: "0600"\n');
    await assert.rejects(publishSite(lab), /index\.html: error: has an ACL that belongs to mode 0664, not to 0600/);
  });
});

test('sockets are always refused, FIFOs and devices where nobody asked for them; what is left out is said', async () => {
  await withLab('/var/tmp', async (lab) => {
    fill(lab);
    const { createServer } = await import('node:net');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(join(lab.os, 'socket'), resolve));
    try {
      await assert.rejects(publish(lab, ['**']), /1 fault\nsocket: error: is a socket; no package can hold one/);
      await assert.rejects(
        publish(lab, ['etc/null']),
        /srv\/spool\/disk: error: is a block device \(259:70000\)[^]*name it under special/,
      );
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    assert.ok(!existsSync(join(lab.os, 'socket')));
    run('setfattr', '-n', 'trusted.note', '-v', 'x', join(lab.os, 'etc/issue'));
    const published = await publish(lab);
    assert.deepEqual(published.leftOut, ['trusted.note of 1 path, such as etc/issue']);
    assert.equal((await publish(lab)).changed, false);
    assert.equal(await readName(lab.store, 'os'), published.manifest);
  });
});
