import { formatBytes } from '../../lib/bytes.ts';
import { neverKind } from '../../lib/never.ts';
import { describeLosses, formatLayout } from '../../partition-specs/format-layout.ts';
import type { InstallStep } from './install-step.ts';
import type { InstallPlan } from './plan-install.ts';

/** The plan for a person: the disks, then every step with its command. */
export function formatPlan(plan: InstallPlan): string {
  const lines = [
    `Full install of ${plan.machine.name} (machine ${plan.machine.machineId})`,
    `generation ${plan.generation}`,
    '',
    formatLayout(plan.layout).trimEnd(),
    ...(plan.obstacles.length === 0 ? [] : ['', 'What stops this installation:']),
    ...plan.obstacles.map(
      (fault) => `  ${fault.message}${fault.suggestion === undefined ? '' : ` (${fault.suggestion})`}`,
    ),
    '',
    'Steps',
    ...plan.steps.flatMap((step, index) => formatStep(step, index + 1)),
    ...plan.notices.map((notice) => `note: ${notice}`),
  ];
  return `${lines.join('\n')}\n`;
}

function formatStep(step: InstallStep, number: number): string[] {
  const marker = step.kind === 'command' && step.destroys ? ' DESTROYS' : '';
  const head = `${String(number).padStart(3)}. [${step.phase}]${marker} ${step.why}`;
  return [head, ...details(step).map((line) => `       ${line}`)];
}

function details(step: InstallStep): string[] {
  switch (step.kind) {
    case 'command':
      return [
        step.argv.join(' '),
        ...(step.stdin ?? '')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => `| ${line}`),
      ];
    case 'lay-files':
      return [`${step.entries} paths, ${formatBytes(step.rawBytes)}, tree ${step.digest}`];
    case 'run-after':
      return step.commands.map(
        ({ argv, why, timeoutSeconds }) => `${argv.join(' ')}  (${why}; at most ${timeoutSeconds} s)`,
      );
    case 'write-files':
      return step.files.map(({ path }) => path);
    case 'digest-data':
      return step.extents.map(({ name, disk, startBytes, sizeBytes }) => {
        return `${name}: ${formatBytes(sizeBytes)} at byte ${startBytes} of ${disk}`;
      });
    case 'write-esp':
      return [
        ...(step.menu?.entries ?? []).map(
          ({ title, linux, initrd }) => `entry ${title}: copies of ${linux}, ${initrd}`,
        ),
        ...step.files.map(({ path, from }) => `${path}${from.kind === 'system' ? ` from ${from.path}` : ''}`),
      ];
    case 'boot-entries':
      return step.entries.map(({ label, loaderPath, partUuid }) => `${label}: ${loaderPath} on partition ${partUuid}`);
    case 'save-disks':
      return [step.disks.join(' ')];
    case 'expect-blank':
      return [`${formatBytes(step.sizeBytes)} at byte ${step.startBytes} of ${step.disk}`];
    case 'confirm-facts':
    case 'verify-kernel':
    case 'verify-content':
    case 'verify-table':
    case 'make-directory':
    case 'leave-state':
      return [];
    default:
      return neverKind(step);
  }
}

/** Whether carrying the plan out would destroy something that is on a disk now. */
export function destroysData(plan: InstallPlan): boolean {
  return describeLosses(plan.layout).length > 0;
}
