import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { packageSystems } from './all.ts';
import type { PackageJob } from './package-job.ts';

const base = { name: 'lab-base', arch: 'amd64', version: '1:1.1-1' };

const COMMANDS: Readonly<Record<'dpkg' | 'rpm', readonly (readonly [PackageJob, string])[]>> = {
  dpkg: [
    [{ do: 'install', packages: [{ name: 'lab' }, base] }, 'install -- lab lab-base:amd64=1:1.1-1'],
    [{ do: 'upgrade', packages: [base] }, '--only-upgrade install -- lab-base:amd64=1:1.1-1'],
    [{ do: 'downgrade', packages: [base] }, '--allow-downgrades install -- lab-base:amd64=1:1.1-1'],
    [{ do: 'upgrade-all' }, 'dist-upgrade --'],
    [{ do: 'remove', packages: [{ name: 'lab' }] }, 'remove -- lab'],
    [{ do: 'purge', packages: [{ name: 'lab' }] }, 'purge -- lab'],
    [{ do: 'install-files', files: ['/srv/lab 1.deb'] }, 'install -- /srv/lab 1.deb'],
    [
      { do: 'install-files', files: ['/srv/lab.deb'], options: ['downgrade', 'overwrite', 'reinstall'] },
      '--allow-downgrades -o Dpkg::Options::=--force-overwrite --reinstall install -- /srv/lab.deb',
    ],
    [
      { do: 'install-files', files: ['/srv/lab.deb'], options: ['ignore-depends', 'overwrite'] },
      '--refuse-downgrade --force-depends --force-overwrite --install -- /srv/lab.deb',
    ],
    [{ do: 'update-lists' }, '--error-on=any update --'],
    [{ do: 'hold', packages: [{ name: 'lab', arch: 'i386' }] }, 'apt-mark hold -- lab:i386'],
    [{ do: 'unhold', packages: [{ name: 'lab' }] }, 'apt-mark unhold -- lab'],
  ],
  rpm: [
    [{ do: 'install', packages: [{ name: 'lab' }, base] }, 'install -- lab lab-base-1:1.1-1.amd64'],
    [{ do: 'upgrade', packages: [base] }, 'upgrade -- lab-base-1:1.1-1.amd64'],
    [{ do: 'downgrade', packages: [base] }, 'downgrade -- lab-base-1:1.1-1.amd64'],
    [{ do: 'upgrade-all' }, 'upgrade --'],
    [{ do: 'purge', packages: [{ name: 'lab' }] }, 'remove -- lab'],
    [{ do: 'hold', packages: [{ name: 'lab', arch: 'i686' }] }, 'versionlock add -- lab.i686'],
    [
      { do: 'install-files', files: ['/srv/lab.rpm'], options: ['ignore-depends', 'no-docs'] },
      'rpm --upgrade --nomanifest --nodeps --excludedocs -- /srv/lab.rpm',
    ],
  ],
};

const REFUSED: readonly PackageJob[] = [
  { do: 'install', packages: [] },
  { do: 'remove', packages: [] },
  { do: 'downgrade', packages: [{ name: 'lab' }] },
  { do: 'install', packages: [{ name: '--force' }] },
  { do: 'install', packages: [{ name: 'lab*' }] },
  { do: 'install', packages: [{ name: 'lab', version: '1 2' }] },
  { do: 'install', packages: [{ name: 'lab', version: '1*' }] },
  { do: 'install', packages: [{ name: 'lab', arch: '-i386' }] },
  { do: 'install-files', files: ['lab.deb'] },
  { do: 'install-files', files: ['--help'] },
];

for (const { name, plan, simulate, download } of packageSystems) {
  suite(`jobs of ${name}`, () => {
    for (const [job, words] of COMMANDS[name]) {
      test(`${job.do}: ${words}`, () => {
        const [command, ...others] = plan(job);
        assert.equal(others.length, 0);
        const line = ` ${command?.argv.join(' ')}`;
        assert.ok(line.endsWith(` ${words}`), line);
      });
    }

    test('what is fetched before is the same job, and changes nothing', () => {
      const [command] = download({ do: 'install', packages: [base] });
      assert.ok(command?.argv.some((word) => /^--download-?only$/.test(word)));
      assert.equal(command?.argv.at(-1), plan({ do: 'install', packages: [base] })[0]?.argv.at(-1));
      assert.deepEqual(download({ do: 'remove', packages: [base] }), []);
    });

    for (const job of REFUSED) {
      test(`refused: ${JSON.stringify(job)}`, () => {
        assert.throws(() => plan(job), { name: 'UserError', exitCode: 2 });
        assert.throws(() => simulate(job), { name: 'UserError', exitCode: 2 });
      });
    }

    test('what changes no package needs no simulation', () => {
      assert.deepEqual(simulate({ do: 'update-lists' }).parse([], []), []);
    });
  });
}

test('dnf 5 takes --downloadonly behind the verb', () => {
  const rpm = packageSystems.find(({ name }) => name === 'rpm');
  const [command] = rpm?.download({ do: 'install', packages: [base] }) ?? [];
  assert.match(command?.argv.join(' ') ?? '', / install --downloadonly -- /);
});

test('an option of the other system is refused, and those that there are named', () => {
  const cases = { dpkg: 'no-scripts', rpm: 'overwrite' } as const;
  for (const { name, plan, fileOptions } of packageSystems) {
    const job = { do: 'install-files', files: ['/srv/lab'], options: [cases[name]] } as const;
    assert.throws(() => plan(job), new RegExp(`^UserError: ${name} has no option ${cases[name]}`));
    assert.ok(!(fileOptions as readonly string[]).includes(cases[name]));
  }
});
