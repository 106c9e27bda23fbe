// Every operation of the fleet's server. A new one is a description in contract/fleet/api/, a file here, and a line.
import { accountOperations } from './accounts/accounts.ts';
import { tokenOperations } from './accounts/tokens.ts';
import { admissionOperations } from './admissions/admissions.ts';
import { auditOperations } from './audit/read-audit.ts';
import { classOperations } from './classes/classes.ts';
import { hostDecisions } from './hosts/decide-about-host.ts';
import { newestEvents } from './hosts/list-events.ts';
import { hostsByName } from './hosts/list-hosts.ts';
import { machineReports } from './hosts/report-machines.ts';
import { oneHost } from './hosts/show-host.ts';
import type { Implementation } from './implement.ts';
import { jobOperations } from './jobs/jobs.ts';
import { scheduleOperations } from './schedules/schedules.ts';
import { windowOperations } from './schedules/windows.ts';
import { packageQuestions } from './ask-about-packages.ts';
import { packageFileOperations } from './package-files/package-files.ts';
import { countHosts } from './show-status.ts';
import { wakeKey, wakeUps } from './wake-hosts.ts';
import { taskOperations } from './tasks/tasks.ts';

export const operations: readonly Implementation[] = [
  countHosts,
  wakeUps,
  wakeKey,
  hostsByName,
  oneHost,
  newestEvents,
  ...hostDecisions,
  machineReports,
  ...admissionOperations,
  ...taskOperations,
  ...accountOperations,
  ...tokenOperations,
  ...auditOperations,
  ...classOperations,
  ...packageQuestions,
  ...jobOperations,
  ...windowOperations,
  ...scheduleOperations,
  ...packageFileOperations,
];
