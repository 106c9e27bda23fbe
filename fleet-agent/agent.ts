// `gutinteg-fleet`, on every host of a fleet: reports its packages, and answers what the server asks. In: the state directory, the
// package system. Out: requests to one server. Never: has an open port, unless `listen` is started; needs a right that other users lack, or changes the
// host: it only looks. What changes it is executor.ts.
// The wrapper sets it for Node; programs that are run use their own libraries.
delete process.env['LD_LIBRARY_PATH'];
import { Command } from 'commander';
import { addCertificateCommand } from './commands/certificate-command.ts';
import { addCheckInCommand } from './commands/check-in-command.ts';
import { addEnrolCommand } from './commands/enrol-command.ts';
import { addKeyCommand, addStatusCommand } from './commands/status-command.ts';
import { addWakeCommands } from './commands/wake-commands.ts';
import { runProgram } from './run-program.ts';
import { STATE_DIRECTORY } from './state/state-paths.ts';

const HELP = `
Exit codes: 0 done; 1 failed, refused by the server, or it is not the server that this host was told; 2 bad input;
4 all is right here, but the server is away or busy.

Examples:
  gutinteg-fleet enrol --help
  gutinteg-fleet status
  gutinteg-fleet check-in            now, and not when it is due
  gutinteg-fleet check-in --dry-run  what would be reported

Orders of the server to change packages are carried out by another program, as root, and only if the administrator of this host
has accepted the server's key:
  gutinteg-fleet accept-orders --help
  gutinteg-fleet run-orders --help
`;

const program = new Command('gutinteg-fleet')
  .description(
    "Reports this host's packages to the fleet's server, and answers what it asks. It changes nothing by itself.",
  )
  .addHelpText('after', HELP);
for (const add of [
  addEnrolCommand,
  addCheckInCommand,
  addStatusCommand,
  addKeyCommand,
  addCertificateCommand,
  addWakeCommands,
])
  add(program, STATE_DIRECTORY);

await runProgram(program);
