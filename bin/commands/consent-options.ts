import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import { DISK_SERIAL, INIT_DATA } from '../../contract/consent.ts';

/** What somebody consents to beside an installation; undefined without the option. */
export type ConsentOptions = {
  readonly initData?: readonly string[];
  readonly knownEmpty?: readonly string[];
};

/** `--init-data h`, repeated or with commas, and `--known-empty SERIAL`, repeated. */
export function addConsentOptions(command: Command): Command {
  return command
    .option(
      '--init-data <partition>',
      'data partition that may be made where it does not exist yet: h, or disk1h; repeatable, or with commas',
      collectPartitions,
    )
    .option(
      '--known-empty <serial>',
      'disk whose content no tool can read and, as you know, nobody needs; repeatable',
      collectSerials,
    );
}

function collectSerials(serial: string, before: readonly string[] = []): readonly string[] {
  const trimmed = serial.trim();
  if (!DISK_SERIAL.test(trimmed)) throw new InvalidArgumentError(`'${serial}' is not a serial number.`);
  return [...new Set([...before, trimmed])];
}

function collectPartitions(text: string, before: readonly string[] = []): readonly string[] {
  const words = text.split(',').map((word) => word.trim());
  const wrong = words.find((word) => !INIT_DATA.test(word));
  if (wrong !== undefined) throw new InvalidArgumentError(`'${wrong}' is not a partition such as h or disk1h.`);
  return [...new Set([...before, ...words])];
}
