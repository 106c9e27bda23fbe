import type { Fault } from '../../lib/errors.ts';
import type { ExportInput, ExportMachine } from './format.ts';
import { openValues, reportSecrets } from './secrets.ts';

// What ansible sets itself: it would hide the value of the database. The two with underscores are markers in JSON.
// See Ansible's documentation, "Special Variables", and ansible.constants.INTERNAL_STATIC_VARS.
const TAKEN = new Set(
  `
  __ansible_unsafe __ansible_vault ansible_check_mode ansible_collection_name
  ansible_config_file ansible_delegated_vars ansible_dependent_role_names ansible_diff_mode ansible_facts
  ansible_forks ansible_index_var ansible_inventory_sources ansible_limit ansible_loop ansible_loop_var
  ansible_parent_role_names ansible_parent_role_paths ansible_play_batch ansible_play_hosts
  ansible_play_hosts_all ansible_play_name ansible_play_role_names ansible_playbook_python ansible_role_name
  ansible_role_names ansible_run_tags ansible_search_path ansible_skip_tags ansible_verbosity ansible_version
  group_names groups hostvars inventory_dir inventory_file inventory_hostname
  inventory_hostname_short omit play_hosts playbook_dir role_name role_names role_path vars
  `
    .trim()
    .split(/\s+/),
);

/**
 * The record as JSON. A value with a brace is marked as unsafe, which in ansible's words means: plain text, never a
 * template. So `{{ lookup('pipe', …) }}` in a record is what it looks like and nothing more.
 */
export function formatVariables(machine: ExportMachine): string {
  const pairs = openValues(machine).map(([variable, value]) => {
    const text = JSON.stringify(value);
    return `${JSON.stringify(variable)}:${value.includes('{') ? `{"__ansible_unsafe":${text}}` : text}`;
  });
  return `{${pairs.join(',')}}`;
}

/** Variables that an inventory cannot carry. */
export function reportVariables(input: ExportInput, machine: ExportMachine): Fault[] {
  return [...reportTaken(input, machine), ...reportSecrets(input, machine)];
}

/** Variables that ansible would take for its own. */
export function reportTaken(input: ExportInput, { name, values }: ExportMachine): Fault[] {
  const faults: Fault[] = [];
  for (const variable of values.keys()) {
    if (!TAKEN.has(variable)) continue;
    const message = `${name}: ${variable} is a name that ansible keeps for itself`;
    faults.push(input.faultOf(name, variable, { message, suggestion: 'choose another variable' }));
  }
  return faults;
}
