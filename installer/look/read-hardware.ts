import { totalmem } from 'node:os';
import { cpu, system } from 'systeminformation';
import type { SystemFacts } from '../../contract/report.ts';

/** Manufacturer, model, serial number and processor of this machine, as its firmware names them. */
export async function readHardware(): Promise<NonNullable<SystemFacts['hardware']>> {
  const [machine, processor] = await Promise.all([system(), cpu()]);
  const { manufacturer, model, serial } = machine;
  const { brand, cores } = processor;
  return { manufacturer, model, serial, processor: brand, processors: cores, memoryBytes: totalmem() };
}
