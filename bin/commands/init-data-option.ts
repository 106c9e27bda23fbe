import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { INIT_DATA } from '../../contract/init-data.ts';

/** `--init-data h`, repeated or with commas; `initData` of the command's options, undefined without it. */
export function addInitDataOption(command: Command): Command {
  return command.option(
    '--init-data <partition>',
    'data partition that may be made where it does not exist yet: h, or disk1h; repeatable, or with commas',
    collectPartitions,
  );
}

function collectPartitions(text: string, before: readonly string[] = []): readonly string[] {
  const words = text.split(',').map((word) => word.trim());
  const wrong = words.find((word) => !INIT_DATA.test(word));
  if (wrong !== undefined) throw new InvalidArgumentError(`'${wrong}' is not a partition such as h or disk1h.`);
  return [...new Set([...before, ...words])];
}
