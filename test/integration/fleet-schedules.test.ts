// Windows and schedules, with both databases: when hosts get their orders, when they begin, and which jobs are made. Time is the test's.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { z } from 'zod';
import { addAccount, setRole } from '../../contract/fleet/api/accounts.ts';
import { listAudit } from '../../contract/fleet/api/audit.ts';
import * as jobs from '../../contract/fleet/api/jobs.ts';
import * as schedules from '../../contract/fleet/api/schedules.ts';
import { showStatus } from '../../contract/fleet/api/status.ts';
import * as windows from '../../contract/fleet/api/windows.ts';
import type { Actor } from '../../fleet/fleet.ts';
import { openFleet } from '../../fleet/fleet.ts';
import { advanceJobs } from '../../fleet/jobs/advance-jobs.ts';
import { callOperation, findOperation } from '../../fleet/operations/call-operation.ts';
import { mayHaveWork } from '../../fleet/leases/may-have-work.ts';
import { makeScheduledJobs } from '../../fleet/schedules/make-scheduled-jobs.ts';
import type { JobHost } from '../../fleet/testing/job-host.ts';
import { openJobLab } from '../../fleet/testing/job-lab.ts';
import type { JobLabOptions } from '../../fleet/testing/job-lab.ts';
import { storeKinds } from '../helpers/stores.ts';

const cleanup = new AsyncDisposableStack();
after(() => cleanup.disposeAsync());

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ZONE = 'Europe/Berlin';
const atOnce = { rings: [1], budget: 100 };
const upgrade = {
  action: { do: 'upgrade', packages: [{ name: 'openssl' }] },
  hosts: 'name~h*',
  rollout: atOnce,
} as const;
type SpecInput = z.input<typeof jobs.createJob.input>;

for (const { name: database, newPlace } of storeKinds()) {
  async function lab(start: string, options: Partial<JobLabOptions> = {}) {
    const opened = await openJobLab(cleanup, { count: 1, place: await newPlace(), ...options });
    const { fleet, clock, call, hosts } = opened;
    clock.ms = Date.parse(start);
    for (const host of hosts) await host.come();
    const saveNight = (more: Partial<z.input<typeof windows.saveWindow.input>> = {}) =>
      call(windows.saveWindow, { name: 'night', cron: '0 2 * * *', zone: ZONE, durationSeconds: 7200, ...more });
    const save = (spec: Partial<SpecInput> = {}, more: Partial<z.input<typeof schedules.saveSchedule.input>> = {}) => {
      const what: SpecInput = { ...upgrade, action: { do: 'upgrade', packages: [{ name: 'openssl' }] }, ...spec };
      return call(schedules.saveSchedule, { name: 'nightly', cron: '0 22 * * *', zone: ZONE, spec: what, ...more });
    };
    const turn = async (): Promise<void> => {
      await advanceJobs(fleet);
      await makeScheduledJobs(fleet);
    };
    /** At this time every host comes, and the server looks at what time does. */
    const at = async (time: string): Promise<void> => {
      clock.ms = Date.parse(time);
      for (const host of hosts) await host.come();
      await turn();
    };
    const made = async () => (await call(jobs.listJobs, {})).jobs;
    const schedule = async () => {
      const [found] = (await call(schedules.listSchedules, {})).schedules;
      assert.ok(found !== undefined);
      return found;
    };
    return { ...opened, saveNight, save, turn, at, made, schedule };
  }

  test(`a host has its order before the window, begins within it, and is done (${database})`, async () => {
    const { saveNight, begin, at, states, show, hosts, fleet } = await lab('2026-12-04T12:00Z');
    const saved = await saveNight();
    assert.equal(saved.openings[0]?.text, 'Sat 2026-12-05 02:00 Europe/Berlin (UTC+01:00)');
    const job = await begin({ rollout: { ...atOnce, window: 'night', downloadBeforeSeconds: 1800 } });
    const waits = 'its window, which opens Sat 2026-12-05 02:00 Europe/Berlin (UTC+01:00)';
    await at('2026-12-05T00:29Z');
    // Until then a check-in need not be on the disk before it is answered.
    const mayHave = (time: string) => mayHaveWork(fleet.store.queries, hosts[0]?.id ?? '', Date.parse(time));
    const times = ['2026-12-05T00:29Z', '2026-12-05T00:30Z', '2026-12-05T02:59Z', '2026-12-05T03:00Z'];
    assert.deepEqual(await Promise.all(times.map(mayHave)), [false, true, true, false]);
    assert.deepEqual(await states(job), { h01: `waiting: ${waits}` });
    assert.equal((await show(job)).reason, `it waits for ${waits}`);
    await at('2026-12-05T00:30Z');
    await at('2026-12-05T00:59Z');
    assert.deepEqual([await states(job), hosts[0]?.begun.length], [{ h01: 'leased: for its window' }, 0]);
    await at('2026-12-05T01:00Z');
    await at('2026-12-05T01:01Z');
    await at('2026-12-05T01:02Z');
    assert.deepEqual([await states(job), (await show(job)).reason], [{ h01: 'done: ' }, '']);
    const window = { from: Date.parse('2026-12-05T01:00Z') / 1000, to: Date.parse('2026-12-05T03:00Z') / 1000 };
    assert.deepEqual(hosts[0]?.begun[0]?.window, window);
  });

  test(`clocks that are put back within a window make it no longer (${database})`, async () => {
    const { saveNight, begin, at, states } = await lab('2026-10-24T12:00Z');
    await saveNight({ durationSeconds: 3600 });
    const job = await begin({ rollout: { ...atOnce, window: 'night' } });
    // It was 02:00 to 03:00 of summer time. An hour later clocks show 02:30 again.
    await at('2026-10-25T01:30Z');
    const waits = 'its window, which opens Mon 2026-10-26 02:00 Europe/Berlin (UTC+01:00)';
    await at('2026-10-25T01:31Z');
    assert.deepEqual(await states(job), { h01: `waiting: ${waits}` });
  });

  test(`clocks that are put forward within a window make it no shorter (${database})`, async () => {
    const { saveNight, begin, at, states, hosts } = await lab('2026-03-28T12:00Z');
    await saveNight({ cron: '30 1 * * *' });
    const job = await begin({ rollout: { ...atOnce, window: 'night' } });
    // It is 04:20: two hours after 01:30 have not gone by, as there was no hour from 02:00 to 03:00.
    for (const minute of ['20', '21', '22']) await at(`2026-03-29T02:${minute}Z`);
    assert.deepEqual(await states(job), { h01: 'done: ' });
    const window = { from: Date.parse('2026-03-29T00:30Z') / 1000, to: Date.parse('2026-03-29T02:30Z') / 1000 };
    assert.deepEqual(hosts[0]?.begun[0]?.window, window);
  });

  test(`a host that was away until its window was over has its turn in the next one (${database})`, async () => {
    const { saveNight, begin, at, states, show, hosts } = await lab('2026-12-04T12:00Z');
    await saveNight();
    const job = await begin({ rollout: { ...atOnce, window: 'night', leaseSeconds: 86_400 } });
    await at('2026-12-05T00:59Z');
    await at('2026-12-05T05:00Z');
    await at('2026-12-05T05:01Z');
    assert.match((await states(job))['h01'] ?? '', /^waiting: its window, which opens Sun 2026-12-06 02:00/);
    assert.deepEqual([(await show(job)).counts, (await show(job)).state], [{ waiting: 1 }, 'running']);
    await at('2026-12-06T01:00Z');
    await at('2026-12-06T01:01Z');
    await at('2026-12-06T01:02Z');
    assert.deepEqual([await states(job), hosts[0]?.begun.length], [{ h01: 'done: ' }, 1]);
  });

  test(`a lease that was given before the window is lost by its silence within it (${database})`, async () => {
    const { saveNight, begin, at, states, clock, turn } = await lab('2026-12-04T12:00Z');
    await saveNight();
    const job = await begin({ rollout: { ...atOnce, window: 'night', leaseSeconds: 600 } });
    await at('2026-12-05T00:20Z');
    await at('2026-12-05T00:21Z');
    clock.ms = Date.parse('2026-12-05T01:09Z');
    await turn();
    assert.deepEqual(await states(job), { h01: 'leased: for its window' });
    clock.ms = Date.parse('2026-12-05T01:10Z');
    await turn();
    assert.match((await states(job))['h01'] ?? '', /^lost/);
  });

  test(`a host that was lost, and then says that it missed its window, has its turn in the next one (${database})`, async () => {
    const { saveNight, begin, at, states, hosts, clock, turn } = await lab('2026-12-04T12:00Z', { count: 2 });
    await saveNight();
    const job = await begin({ rollout: { ...atOnce, window: 'night' } });
    const [asleep] = hosts.splice(0, 1) as [JobHost];
    clock.ms = Date.parse('2026-12-05T00:59Z');
    await asleep.come();
    clock.ms = Date.parse('2026-12-05T02:00Z');
    await turn();
    assert.match((await states(job))['h01'] ?? '', /^lost/);
    clock.ms = Date.parse('2026-12-05T05:00Z');
    await asleep.come();
    assert.match((await states(job))['h01'] ?? '', /^waiting: its window/);
    hosts.push(asleep);
    for (const minute of [0, 1, 2]) await at(`2026-12-06T01:0${minute}Z`);
    assert.deepEqual(await states(job), { h01: 'done: ', h02: 'done: ' });
  });

  test(`of a job that is over, a host that missed its window has no other turn (${database})`, async () => {
    const { saveNight, begin, at, states, call } = await lab('2026-12-04T12:00Z');
    await saveNight();
    const job = await begin({ rollout: { ...atOnce, window: 'night', leaseSeconds: 86_400 } });
    await at('2026-12-05T00:59Z');
    await call(jobs.controlJob, { job, command: 'cancel' });
    await at('2026-12-05T05:00Z');
    await at('2026-12-05T05:01Z');
    assert.deepEqual(await states(job), { h01: 'refused: it was asleep' });
  });

  test(`a window that is saved anew is so for a job that waits; one that is needed stays (${database})`, async () => {
    const { saveNight, begin, at, states, call } = await lab('2026-12-04T12:00Z');
    await saveNight();
    const job = await begin({ rollout: { ...atOnce, window: 'night' } });
    await assert.rejects(
      call(windows.removeWindow, { name: 'night' }),
      /window night is needed by job \d+; nothing was/,
    );
    const saved = await saveNight({ cron: '0 13 * * *', zone: 'UTC' });
    assert.deepEqual([saved.jobs, saved.isOpen], [[job], false]);
    await at('2026-12-04T13:00Z');
    await at('2026-12-04T13:01Z');
    await at('2026-12-04T13:02Z');
    assert.deepEqual(await states(job), { h01: 'done: ' });
    await call(windows.removeWindow, { name: 'night' });
    await assert.rejects(call(windows.removeWindow, { name: 'night' }), /there is no window night/);
  });

  test(`a job whose window opens in a month does not end before (${database})`, async () => {
    const { saveNight, begin, at, states } = await lab('2026-12-04T12:00Z');
    await saveNight({ cron: '0 2 1 2 *' });
    const job = await begin({ rollout: { ...atOnce, window: 'night' } });
    for (const time of ['2027-01-20T12:00Z', '2027-02-01T01:00Z', '2027-02-01T01:01Z', '2027-02-01T01:02Z'])
      await at(time);
    assert.deepEqual(await states(job), { h01: 'done: ' });
  });

  test(`a schedule makes its job at its time, and begins it by itself when an approver said so (${database})`, async () => {
    const { save, at, made, schedule, call, states } = await lab('2026-12-04T12:00Z');
    const saved = await save({}, { approves: true });
    assert.equal(saved.next.length, 5);
    assert.equal(saved.next[0]?.text, 'Fri 2026-12-04 22:00 Europe/Berlin (UTC+01:00)');
    const { schedules: coming } = await call(showStatus, {});
    assert.deepEqual(coming, [
      `schedule nightly: upgrade openssl on name~h*, ${saved.next[0]?.text}; it begins by itself`,
    ]);
    await at('2026-12-04T20:59Z');
    assert.deepEqual(await made(), []);
    for (const minute of [0, 1, 2, 3, 4, 5]) await at(`2026-12-04T21:0${minute}Z`);
    const [job, ...others] = await made();
    assert.ok(job !== undefined && others.length === 0);
    assert.deepEqual([job.state, job.schedule, job.approvedBy], ['done', 'nightly', 'local, by schedule nightly']);
    assert.deepEqual(await states(job.id), { h01: 'done: ' });
    assert.deepEqual([(await schedule()).lastJob, (await schedule()).lastText], [job.id, '']);
    const { entries } = await call(listAudit, { limit: 2 });
    const told = entries.map(({ actor, action, subject }) => [actor, action, subject].join(' '));
    assert.deepEqual(told, [`schedule nightly approve-job job ${job.id}`, `schedule nightly create-job job ${job.id}`]);
  });

  test(`a job that nobody has approved waits for a yes, and no second one is made meanwhile (${database})`, async () => {
    const { save, at, made, schedule, call } = await lab('2026-12-04T12:00Z');
    await save();
    for (const minute of [0, 1, 2, 3]) await at(`2026-12-04T21:0${minute}Z`);
    const [job] = await made();
    assert.equal(job?.state, 'planned');
    await at('2026-12-05T21:00Z');
    assert.equal((await made()).length, 1);
    assert.equal((await schedule()).lastText, `no job was made: job ${job.id} of the time before is planned`);
    const { warnings } = await call(showStatus, {});
    assert.ok(warnings.includes(`schedule nightly: ${(await schedule()).lastText}`));
  });

  test(`two servers make one job of one time (${database})`, async () => {
    const { save, fleet, clock, made } = await lab('2026-12-04T12:00Z');
    await save();
    const other = await openFleet({ store: fleet.store, log: fleet.log, now: fleet.now });
    for (let day = 4; day <= 8; day += 1) {
      clock.ms = Date.parse(`2026-12-0${day}T21:00Z`);
      await Promise.all([fleet, other, fleet, other].map(makeScheduledJobs));
      const [job] = await made();
      assert.equal((await made()).length, day - 3);
      await callOperation(fleet, findOperation('control-job'), {
        input: { job: job?.id, command: 'cancel' },
        actor: { name: 'local', role: 'admin' },
      });
    }
  });

  test(`what is saved while the hosts of the old one are looked for is not done with these (${database})`, async () => {
    const { save, fleet, clock, made, at } = await lab('2026-12-04T12:00Z', { count: 2 });
    await save();
    clock.ms = Date.parse('2026-12-04T21:00Z');
    let isSaved = false;
    const transaction: typeof fleet.store.transaction = async (...work) => {
      if (!isSaved) await save({ hosts: 'name=h02' }, { cron: '0 23 * * *' });
      isSaved = true;
      clock.ms = Date.parse('2026-12-04T22:00Z');
      return fleet.store.transaction(...work);
    };
    await makeScheduledJobs({ ...fleet, store: { ...fleet.store, transaction } });
    assert.deepEqual(await made(), []);
    await at('2026-12-04T22:01Z');
    assert.deepEqual(
      (await made()).map(({ total }) => total),
      [1],
    );
  });

  test(`after an outage, one job is made if its time is within a day, and it is said (${database})`, async () => {
    const { save, at, made, schedule } = await lab('2026-12-04T12:00Z');
    await save();
    await at('2026-12-09T12:00Z');
    assert.equal((await made()).length, 1);
    const due = 'Tue 2026-12-08 22:00 Europe/Berlin (UTC+01:00)';
    assert.equal((await schedule()).lastText, `it was due at ${due}, when no server was there`);
    await at('2026-12-09T12:01Z');
    assert.equal((await made()).length, 1);
    assert.equal((await schedule()).next[0]?.at, Date.parse('2026-12-09T21:00Z'));
  });

  test(`a schedule that is paused makes none, and goes on with its next time (${database})`, async () => {
    const { save, at, made, schedule, call } = await lab('2026-12-04T12:00Z');
    await save();
    await call(schedules.controlSchedule, { name: 'nightly', command: 'pause' });
    await at('2026-12-04T21:00Z');
    await assert.rejects(
      call(schedules.controlSchedule, { name: 'nightly', command: 'pause' }),
      /is paused already, by local; nothing was changed/,
    );
    await call(schedules.controlSchedule, { name: 'nightly', command: 'resume' });
    await at('2026-12-04T21:30Z');
    assert.deepEqual([await made(), (await schedule()).next[0]?.at], [[], Date.parse('2026-12-05T21:00Z')]);
    await call(schedules.removeSchedule, { name: 'nightly' });
    await assert.rejects(call(schedules.removeSchedule, { name: 'nightly' }), /there is no schedule nightly/);
  });

  test(`only an approver says yes beforehand, and only as long as it is one (${database})`, async () => {
    const { save, at, made, show, call, fleet, clock } = await lab('2026-12-04T12:00Z');
    const spec: SpecInput = { ...upgrade, action: { do: 'upgrade', packages: [{ name: 'openssl' }] }, rollout: atOnce };
    const input = { name: 'nightly', cron: '0 22 * * *', zone: ZONE, spec, approves: true };
    const saveAs = (actor: Actor) => callOperation(fleet, findOperation('save-schedule'), { input, actor });
    await assert.rejects(
      saveAs({ name: 'olga', role: 'operator' }),
      /needs the role approver; olga is operator; nothing/,
    );
    await call(addAccount, { name: 'anna', role: 'approver' });
    await saveAs({ name: 'anna', role: 'approver' });
    const control = (command: string) =>
      callOperation(fleet, findOperation('control-schedule'), {
        input: { name: 'nightly', command },
        actor: { name: 'olga', role: 'operator' },
      });
    await control('pause');
    await control('resume');
    await call(schedules.controlSchedule, { name: 'nightly', command: 'pause' });
    await assert.rejects(control('resume'), /needs the role approver: .* local has paused it; olga is operator/);
    await call(schedules.controlSchedule, { name: 'nightly', command: 'resume' });
    await call(setRole, { name: 'anna', role: 'operator' });
    for (const minute of [0, 1, 2, 3]) await at(`2026-12-04T21:0${minute}Z`);
    const [job] = await made();
    assert.ok(job !== undefined);
    const why = 'it waits for a person: anna, who saved schedule nightly, may not approve any more';
    assert.deepEqual([(await show(job.id)).state, (await show(job.id)).reason], ['planned', why]);
    // Whoever saves it now has not seen this job.
    clock.ms += HOUR;
    await save({}, { approves: true });
    await at('2026-12-04T23:00Z');
    assert.equal((await show(job.id)).state, 'planned');
  });

  test(`a schedule without hosts makes no job and says so; what cannot be one is refused (${database})`, async () => {
    const { save, at, made, schedule } = await lab('2026-12-04T12:00Z');
    await save({ hosts: 'name=none' });
    await at('2026-12-04T21:00Z');
    assert.deepEqual([await made(), (await schedule()).lastJob], [[], null]);
    assert.match((await schedule()).lastText, /no host fits name=none/);
    await assert.rejects(save({ hosts: 'nonsense==' }), /nonsense/);
    await assert.rejects(save({ rollout: { window: 'night' } }), /there is no window night; nothing was changed/);
    await assert.rejects(save({}, { cron: '0 2 8-14 * sat' }), /sat#2 is the second Saturday/);
  });

  test(`hosts that cannot do it keep a job of a schedule waiting, unless it says otherwise (${database})`, async () => {
    for (const despiteRefusals of [false, true]) {
      const { save, at, made, show, hosts } = await lab('2026-12-04T12:00Z', { count: 2 });
      const [odd] = hosts as [JobHost];
      odd.installed = { ...odd.installed, extra: '1' };
      odd.simulates = () => ({ outcome: 'refused', text: 'openssl is held' });
      await save({}, { approves: true, despiteRefusals });
      for (const minute of [0, 1, 2, 3, 4, 5, 6]) await at(`2026-12-04T21:0${minute}Z`);
      const { state, reason, counts } = await show((await made())[0]?.id ?? 0);
      const why = /^it waits for a person: 1 hosts of job \d+ cannot do it: openssl is held/;
      if (despiteRefusals) assert.deepEqual([state, counts], ['done', { done: 1, refused: 1 }]);
      else assert.match(`${state}: ${reason}`, new RegExp(`^planned: ${why.source.slice(1)}`));
    }
  });
}
