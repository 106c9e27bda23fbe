// The part of `gutinteg-fleet` that is root and changes the host: `run-orders`, `accept-orders`, `refuse-orders`. In: orders that agent.ts has
// received, and whose signature fits the key that this host's administrator has accepted. Out: changed packages, reports. Never:
// speaks to a network by itself, or runs what an order names as a program.
// The wrapper sets it for Node; programs that are run use their own libraries.
delete process.env['LD_LIBRARY_PATH'];
import { Command } from 'commander';
import { UserError } from '../lib/errors.ts';
import { addAcceptOrdersCommands } from './executor/accept-orders-command.ts';
import { addPutBackCommand } from './executor/put-back-command.ts';
import { addRunOrdersCommand } from './executor/run-orders-command.ts';
import { runProgram } from './run-program.ts';

const program = new Command('gutinteg-fleet').description("Carries out the orders of the fleet's server on this host.");
for (const add of [addRunOrdersCommand, addAcceptOrdersCommands, addPutBackCommand]) add(program);
program.hook('preAction', () => {
  if (process.getuid?.() !== 0) throw new UserError('only root carries out orders, and says whose', { exitCode: 2 });
});

await runProgram(program);
