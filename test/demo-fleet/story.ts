// What the demo tells, in order. In: nothing. Out: text, and an error at the first thing that did not come out as told.
import { isDeepStrictEqual } from 'node:util';
import { runCommand } from '../../lib/run-command.ts';
import type { DebPackage } from '../helpers/package-hosts/deb-package.ts';
import { UserError } from '../../lib/errors.ts';
import { keepComing, makeDemoFleet, readUnpacked, readVersion } from './demo-fleet.ts';

type DemoFleet = Awaited<ReturnType<typeof makeDemoFleet>>;

const NAMES = ['test1', 'web1', 'web2', 'web3', 'web4'];

const shop = (version: string, postinst = 'exit 0'): DebPackage => ({
  name: 'shop',
  version,
  fields: { Description: 'sells things' },
  scripts: { postinst },
});

const UPDATE = ['update', '--all', '--rings', '100', '--budget', '5', '--yes', '--wait'];
const SOME_AT_ONCE = ['--rings', '50,100', '--budget', '2', '--yes', '--wait'];
const UPGRADE = ['upgrade', 'shop', '--all', '--test-first', 'test1', ...SOME_AT_ONCE];

/** @param directory is empty; what is put there is in memory, and gone with the namespace */
export async function tellStory(directory: string): Promise<void> {
  const began = Date.now();
  await runCommand(['mount', '-t', 'tmpfs', '-o', 'mode=700', 'demo', directory]);
  say(
    'A server and five hosts start. Each host has a dpkg and an apt of its own, the package shop 1.0, and gutinteg-fleet.',
  );
  say(
    'Here all hosts ask for orders every second or two; real ones do so every half an hour, or when they are pushed.',
  );
  await using stack = new AsyncDisposableStack();
  const fleet = await makeDemoFleet(stack, { directory, names: NAMES, packages: [shop('1.0')] });
  await fleet.join();
  await Promise.race([tell(fleet), keepComing(stack, fleet.hosts)]);
  say(`All of it came out as told, in ${Math.round((Date.now() - began) / 1000)} s.`);
}

async function tell(fleet: DemoFleet): Promise<void> {
  await type(fleet, 0, 'packages', 'shop', '--hosts');
  say('shop 1.1 is published. It has a fault that nobody knows yet. The hosts fetch the lists of what can be had.');
  await fleet.publish([shop('1.1', 'echo "shop: cannot open its database" >&2; exit 1')]);
  await type(fleet, 0, ...UPDATE);
  say('It is rolled out: to test1 first, and to the others only if that ends well.');
  await type(fleet, 1, ...UPGRADE);
  say('The job has halted by itself. This is what happened on test1:');
  const job = await lastJob(fleet);
  await type(fleet, 0, 'job', job, '--host', 'test1');
  say('No other host was touched:');
  await type(fleet, 0, 'hosts');
  await expectVersions(fleet, {
    test1: { version: '1.1, install ok half-configured', unpacked: ['1.0', '1.1'] },
    others: { version: '1.0, install ok installed', unpacked: ['1.0'] },
  });
  await type(fleet, 0, 'cancel', job, '--why', 'shop 1.1 is broken');
  say('shop 1.2 is published, without the fault, and is rolled out in the same way.');
  await fleet.publish([shop('1.2')]);
  await type(fleet, 0, ...UPDATE);
  await type(fleet, 0, ...UPGRADE);
  say('All hosts have it, nothing is broken any more, and shop 1.1 was on test1 only:');
  await type(fleet, 0, 'hosts');
  await expectVersions(fleet, {
    test1: { version: '1.2, install ok installed', unpacked: ['1.0', '1.1', '1.2'] },
    others: { version: '1.2, install ok installed', unpacked: ['1.0', '1.2'] },
  });
  await type(fleet, 0, 'jobs');
}

const say = (text: string): void => void process.stdout.write(`\n== ${text}\n`);

/** @throws UserError when its exit code is another one */
async function type(fleet: DemoFleet, expected: number, ...words: readonly string[]): Promise<void> {
  process.stdout.write(`\n$ gutinteg fleet ${words.join(' ')}\n`);
  const code = await fleet.type(...words);
  if (code !== expected) throw new UserError(`the exit code is ${code}, and not ${expected}`);
}

async function lastJob({ ask }: DemoFleet): Promise<string> {
  const { jobs } = JSON.parse(await ask('jobs', '--json')) as { jobs: { id: number }[] };
  return String(jobs[0]?.id);
}

type Found = { readonly version: string; readonly unpacked: readonly string[] };

/** By dpkg on each host, and not by what the server knows. @throws UserError when one differs */
async function expectVersions({ hosts }: DemoFleet, expected: { readonly test1: Found; readonly others: Found }) {
  process.stdout.write('\ndpkg on each host says:\n');
  for (const host of hosts) {
    const found = { version: await readVersion(host, 'shop'), unpacked: readUnpacked(host, 'shop') };
    process.stdout.write(
      `  ${host.name.padEnd(6)} shop ${found.version}; unpacked so far: ${found.unpacked.join(', ')}\n`,
    );
    const wanted = host.name === 'test1' ? expected.test1 : expected.others;
    if (!isDeepStrictEqual(found, wanted)) throw new UserError(`${host.name} should have ${JSON.stringify(wanted)}`);
  }
}
