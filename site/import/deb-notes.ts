// What a Debian package loses when it becomes a package of a site. In: its control files. Out: a line for each loss.
// Never: I/O.
import { showName, showNames } from './show-name.ts';
import type { ControlFiles } from './read-control.ts';

const SCRIPTS = ['preinst', 'postinst', 'prerm', 'postrm'];

/** What scripts of packages do most, and what is missing without it. */
const COMMANDS: readonly (readonly [command: RegExp, lost: string])[] = [
  [/\bdpkg-divert\b/, 'diversions: files of other packages are not moved out of the way'],
  [/\bdpkg-statoverride\b/, 'owners and modes of the administrator (dpkg-statoverride)'],
  [/\bupdate-alternatives\b/, 'alternatives: the links that update-alternatives would make'],
  [/\b(?:adduser|addgroup|useradd|groupadd|systemd-sysusers)\b/, 'accounts that the package would create'],
  [
    /\b(?:deb-systemd-helper|deb-systemd-invoke|systemctl|update-rc\.d|invoke-rc\.d)\b/,
    'enabling and starting of services',
  ],
];

/** Lines for a person; nothing where nothing is lost. */
export function debNotes(control: ControlFiles): string[] {
  return [
    ...conffileNotes(control),
    ...triggerNotes(control),
    ...debconfNotes(control),
    ...dependencyNotes(control),
    ...scriptNotes(control),
  ];
}

function linesOf(control: ControlFiles, name: string): string[] {
  return (control.get(name) ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** @see deb-conffiles(5) */
function conffileNotes(control: ControlFiles): string[] {
  const lines = linesOf(control, 'conffiles');
  const paths = lines.filter((line) => line.startsWith('/')).map((line) => line.slice(1));
  if (paths.length === 0) return [];
  return [
    `conffiles become plain files, and changes on machines are undone: ${showNames(paths)}; to keep changes, name ` +
      'them under mutable: or pin: in .packagelink.yaml',
  ];
}

/** @see deb-triggers(5) */
function triggerNotes(control: ControlFiles): string[] {
  const lines = linesOf(control, 'triggers').filter((line) => !line.startsWith('#'));
  return lines.length === 0
    ? []
    : [`not imported: triggers (${showNames(lines)}); after: in .packagelink.yaml runs commands`];
}

function debconfNotes(control: ControlFiles): string[] {
  const parts = ['config', 'templates'].filter((name) => control.has(name));
  if (parts.length === 0) return [];
  const questions = linesOf(control, 'templates').filter((line) => /^Template:/i.test(line)).length;
  const lost =
    questions === 1
      ? '1 question is not asked, and what follows from the answer is not written'
      : `${questions} questions are not asked, and what follows from the answers is not written`;
  return [`not imported: debconf (${parts.join(', ')}): ${lost}`];
}

function dependencyNotes(control: ControlFiles): string[] {
  const text = (control.get('control') ?? '').replaceAll(/\n[ \t]+/g, ' ');
  const needs = [...text.matchAll(/^(?:Pre-Depends|Depends): *(.+)$/gim)].flatMap((match) =>
    (match[1] ?? '').split(',').map((part) => part.trim()),
  );
  return needs.length === 0 ? [] : [`not looked at: what it depends on (${showNames(needs, 8)})`];
}

function scriptNotes(control: ControlFiles): string[] {
  const scripts = SCRIPTS.filter((name) => control.has(name)).toSorted();
  const text = [...scripts, 'config'].map((name) => withoutComments(control.get(name) ?? '')).join('\n');
  const lost = COMMANDS.filter(([command]) => command.test(text)).map(([, what]) => `lost with the scripts: ${what}`);
  return scripts.length === 0
    ? []
    : [...lost, `not imported: what dpkg would run (${scripts.map(showName).join(', ')})`];
}

function withoutComments(script: string): string {
  return script.replaceAll(/^[ \t]*#.*$/gm, '');
}
