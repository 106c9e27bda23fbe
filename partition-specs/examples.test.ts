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
import { planLayout } from './plan-layout.ts';
import { renderLinux } from './render/linux.ts';
import { parsePartitionSpec } from './spec.ts';

// Each folder of examples/ is a record, the facts of a machine, and what follows from them. After a change that is
// meant, run this file with UPDATE_GOLDENS=1 and read the difference.
const examples = new URL('examples/', import.meta.url);
const recordSchema = z.object({
  about: z.string(),
  machineId: z.uuid(),
  /** Consent to make data partitions. */
  initData: z.array(z.string()).default([]),
  record: z.record(z.string(), z.string()),
});

function planExample(name: string): Layout {
  const read = (file: string) => readFileSync(new URL(`${name}/${file}`, examples), 'utf8');
  const { machineId, record, initData } = parseJsonEdge(recordSchema, read('record.json'), `${name}/record.json`);
  const facts = parseJsonEdge(machineFactsSchema, read('facts.json'), `${name}/facts.json`);
  const spec = parsePartitionSpec(record['PARTITION'] ?? '');
  return planLayout({ spec, facts, bindings: diskBindings(record), machineId, rootfs: record['ROOTFS'], initData });
}

function formatOperations(layout: Layout): string {
  const plan = renderLinux(layout);
  const { mounts, swaps, root, bootDisks } = plan;
  const rest = `--- the rest\n${JSON.stringify({ mounts, swaps, root, bootDisks }, undefined, 2)}\n`;
  return `${formatFamilyPlan(plan)}\n${rest}`;
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
  test(`example ${name}: operations, fstab and mounts`, () => {
    compareToGolden(name, 'linux.golden.txt', formatOperations(planExample(name)));
  });
  test(`example ${name}: the layout survives being saved`, () => {
    const layout = planExample(name);
    assert.deepEqual(parseJsonEdge(layoutSchema, JSON.stringify(layout), 'a saved layout'), layout);
  });
}
