// Every operation about jobs.
import { showOrderKey } from '../../../contract/fleet/api/jobs.ts';
import { publicKeyText } from '../../../contract/fleet/signed-request.ts';
import { implement } from '../implement.ts';
import { jobChanges } from './change-jobs.ts';
import { hostsOfJob } from './list-job-hosts.ts';
import { plansOfJob } from './list-job-plans.ts';
import { shownJobs } from './show-jobs.ts';

const orderKey = implement(showOrderKey, ({ orderKey: key }) => Promise.resolve({ publicKey: publicKeyText(key) }));

export const jobOperations = [...jobChanges, ...shownJobs, hostsOfJob, plansOfJob, orderKey];
