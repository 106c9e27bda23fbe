// Loaded with --import: when the process ends, its highest memory use (bytes) and processor time (seconds) go to a file.
import { writeFileSync } from 'node:fs';

const path = process.env['GUTINTEG_USAGE'];
process.on('exit', () => {
  if (path === undefined) return;
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(path, JSON.stringify({ memoryBytes: maxRSS * 1024, cpuSeconds: (userCPUTime + systemCPUTime) / 1e6 }));
});
