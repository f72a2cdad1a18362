/**
 * `npm run test:page`: what npm test has no time for, the page in a real browser at every width and with a thousand
 * tenants, and pages of other origins that use the API. Where no browser is, that is said, in one line, and it is no failure.
 */
import { spawnSync } from 'node:child_process';
import { openBrowser } from '../harness/browser.ts';

const found = await openBrowser().then(
  async (browser) => {
    await browser.close();
    return true;
  },
  (error: Error) => {
    console.log(
      `left out, since no Chromium starts here (CHROMIUM_PATH names one): ${firstLine(error)}`,
    );
    return false;
  },
);

function firstLine({ message }: Error): string {
  return message.split('\n')[0] as string;
}

if (found) {
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
