import { bindLines, protectHome } from './hidden-paths.ts';
import type { ServiceSettings } from './server-unit.ts';

/**
 * The systemd unit that builds OS packages, ramdisk and agent. It is root's: mmdebstrap makes file systems with all
 * their owners, and mounts what Debian's packages need while they are installed. It opens no port.
 */
export function renderPrepareUnit(settings: ServiceSettings): string {
  const { siteDir, stateDir, programDir } = settings;
  return `[Unit]
Description=Build what machines are installed from: OS packages, boot ramdisk, agent (gutinteg)
Documentation=file:${programDir}/docs/service.md
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart=${programDir}/bin/gutinteg prepare --site ${siteDir} --state ${stateDir}
TimeoutStartSec=2h
Nice=10
IOSchedulingClass=idle

ProtectSystem=strict
ReadWritePaths=${stateDir}
${protectHome(settings)}
${bindLines(settings)}PrivateTmp=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectKernelModules=yes
LockPersonality=yes
RestrictRealtime=yes
SystemCallArchitectures=native
LimitCORE=0
`;
}
