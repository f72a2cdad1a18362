/**
 * `npm run test:upgrade`: the data of the last release under the present version. Where git has no last release, as in a
 * shallow clone, that is said, in one line.
 */
import { spawnSync } from 'node:child_process';
import { lastRelease } from '../../release/last-release.ts';

const ref = lastRelease();
if (ref === undefined) {
  console.log('left out: the upgrade from the last release, which this clone does not have');
} else {
  console.log(`the last release: ${ref}`);
  const only = ['--testMatch', '**/test/upgrade/*.upgrade.ts'];
  // So that the run does not count as one of all tests.
  const args = [...only, '--testPathPatterns', 'test/upgrade', ...process.argv.slice(2)];
  const { status } = spawnSync('npm', ['run', '--silent', 'jest', '--', ...args], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
