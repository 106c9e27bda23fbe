// Lets two paths change places as fast as it can, from each line of its input to the next: swap-paths.ts ONE OTHER.
// Answers each line with how often it has done so.
import { createInterface } from 'node:readline';
import { exchange } from '../../packagelink/native/exchange.ts';

const [one = '', other = ''] = process.argv.slice(2);
let count = 0;
let isGoing = false;

function swap(): void {
  if (!isGoing) return;
  for (let turn = 0; turn < 50; turn += 1) {
    exchange(one, other);
    count += 1;
  }
  setImmediate(swap);
}

createInterface(process.stdin).on('line', () => {
  isGoing = !isGoing;
  process.stdout.write(`${count}\n`);
  if (isGoing) swap();
});
