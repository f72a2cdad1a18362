/** Tests that need a browser. Where there is none they are counted as skipped, and a line says why. */
import { afterAll, describe } from '@jest/globals';
import type { Browser } from 'puppeteer-core';
import { browserHere } from './browser.ts';

/** To be awaited: a test file's tests are those that it has named when it ends. */
export async function describeInBrowser(
  name: string,
  tests: (browser: Browser) => void,
): Promise<void> {
  const browser = await browserHere(name);
  // A skipped test is named, and neither it nor a hook is run.
  if (browser === undefined) describe.skip(name, () => tests(undefined as never));
  else {
    describe(name, () => {
      // Before what the tests close, in the order of their names here: a page holds connections.
      afterAll(() => browser.close());
      tests(browser);
    });
  }
}
