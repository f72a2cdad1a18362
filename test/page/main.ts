/**
 * `npm run test:page`: what npm test has no time for, the page in a real browser at every width and with a thousand
 * tenants. Where no browser is, that is said, in one line, and it is no failure but with BROWSER_REQUIRED=1.
 */
import { spawnSync } from 'node:child_process';
import { browserHere } from '../harness/browser.ts';

const browser = await browserHere('the page at every width and with a thousand tenants, and CORS');
await browser?.close();

if (browser !== undefined) {
  const { status } = spawnSync(
    'npm',
    [
      'run',
      '--silent',
      'jest',
      '--',
      '--testMatch',
      '**/test/page/*.browser.ts',
      // So that the run does not count as one of all tests.
      '--testPathPatterns',
      'test/page',
      ...process.argv.slice(2),
    ],
    { stdio: 'inherit' },
  );
  process.exitCode = status ?? 1;
}
