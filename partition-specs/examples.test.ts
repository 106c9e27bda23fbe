import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import { diskBindings } from './disk-bindings.ts';
import { machineFactsSchema } from './disk-facts.ts';
import { formatFamilyPlan } from './format-family-plan.ts';
import { formatLayout } from './format-layout.ts';
import { layoutSchema } from './layout.ts';
import type { Layout } from './layout.ts';
import { osFamilies } from './os-families/all.ts';
import { planLayout } from './plan-layout.ts';
import { renderLinux } from './render/linux.ts';
import { wantedFirmware } from './wanted-firmware.ts';
import { parsePartitionSpec } from './spec.ts';

// Each folder of examples/ is a record, the facts of a machine, and what follows from them. After a change that is
// meant, run this file with UPDATE_GOLDENS=1 and read the difference.
const examples = new URL('examples/', import.meta.url);
const recordSchema = z.object({
  about: z.string(),
  machineId: z.uuid(),
  /** `linux` unless given; the golden of its operations carries its name. */
  family: z.string().default('linux'),
  /** Data partitions that may be made. */
  initData: z.array(z.string()).default([]),
  record: z.record(z.string(), z.string()),
});

function planExample(name: string): Layout {
  const read = (file: string) => readFileSync(new URL(`${name}/${file}`, examples), 'utf8');
  const { machineId, family, initData, record } = parseJsonEdge(
    recordSchema,
    read('record.json'),
    `${name}/record.json`,
  );
  const facts = parseJsonEdge(machineFactsSchema, read('facts.json'), `${name}/facts.json`);
  const spec = parsePartitionSpec(record['PARTITION'] ?? '');
  const bindings = diskBindings(record);
  const firmware = wantedFirmware(record, facts.firmware);
  return planLayout({ spec, facts, firmware, bindings, machineId, family, initData, rootfs: record['ROOTFS'] });
}

function formatOperations(layout: Layout): string {
  const family = osFamilies.get(layout.family) ?? assert.fail(`no family ${layout.family}`);
  const rest = layout.family === 'linux' ? `\n${formatRest(layout)}` : '';
  return `${formatFamilyPlan(family.render(layout))}${rest}`;
}

/** What the installer takes from a Linux layout besides. */
function formatRest(layout: Layout): string {
  const { mounts, swaps, root, bootDisks } = renderLinux(layout);
  return `--- the rest\n${JSON.stringify({ mounts, swaps, root, bootDisks }, undefined, 2)}\n`;
}

function compareToGolden(name: string, file: string, text: string): void {
  const golden = new URL(`${name}/${file}`, examples);
  if (process.env['UPDATE_GOLDENS'] === '1') writeFileSync(golden, text);
  assert.equal(text, readFileSync(golden, 'utf8'));
}

for (const name of readdirSync(examples)) {
  test(`example ${name}: layout as people see it`, () => {
    compareToGolden(name, 'layout.golden.txt', formatLayout(planExample(name)));
  });
  test(`example ${name}: operations, files and mounts`, () => {
    const layout = planExample(name);
    compareToGolden(name, `${layout.family}.golden.txt`, formatOperations(layout));
  });
  test(`example ${name}: the layout survives being saved`, () => {
    const layout = planExample(name);
    assert.deepEqual(parseJsonEdge(layoutSchema, JSON.stringify(layout), 'a saved layout'), layout);
  });
}
