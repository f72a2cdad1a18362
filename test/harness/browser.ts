/** A headless Chromium with which a test opens a page and collects its errors. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import chromium, { inflate } from '@sparticuz/chromium';
import { type Browser, launch, type Page, TimeoutError } from 'puppeteer-core';

export interface OpenPage {
  readonly page: Page;
  /** console errors and warnings, violations of the page's policy among them, and errors that nobody caught */
  readonly complaints: readonly string[];
  /** @returns the text of each element, with single spaces */
  texts(selector: string): Promise<string[]>;
  attributes(selector: string, name: string): Promise<string[]>;
  /** Waits until the elements' texts are such, without reloading. @throws Error that says what they were */
  waitFor(selector: string, isSo: (texts: string[]) => boolean): Promise<string[]>;
}

/** Of the arguments that come with the Chromium from npm: those that keep one origin's page from another's. */
const unguarded = /^--(disable-web-security|allow-running-insecure-content|disable-site-isolation)/;

/** A name of somebody else's that leads to this machine, as DNS rebinding makes one. */
export const foreignName = 'rebound.example';

// No page of ours draws with WebGL, for which the processor would stand in.
chromium.setGraphicsMode = false;

/** CHROMIUM_PATH names another Chromium than the one from npm. */
export async function openBrowser({ CHROMIUM_PATH } = process.env): Promise<Browser> {
  const options = {
    executablePath: CHROMIUM_PATH ?? (await chromium.executablePath()),
    args: [
      ...chromium.args.filter((argument) => !unguarded.test(argument)),
      `--host-resolver-rules=MAP ${foreignName} 127.0.0.1`,
    ],
    headless: 'shell' as const,
  };
  const env = withFonts();
  return launch({ ...options, env }).catch(async () =>
    launch({ ...options, env: { ...env, LD_LIBRARY_PATH: await libraries() } }),
  );
}

/**
 * BROWSER_REQUIRED=1, as CI has it, makes a missing browser a failure: else tests that nobody runs would pass everywhere.
 * @param tests what is left out without a browser, for the line that says so
 * @returns nothing where no Chromium starts on this machine
 * @throws Error where one is required; TimeoutError from a machine that is only slow
 */
export async function browserHere(
  tests: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Browser | undefined> {
  try {
    return await openBrowser(env);
  } catch (error) {
    if (env.BROWSER_REQUIRED === '1' || error instanceof TimeoutError) throw error;
    const reason = reasonOf(error as Error);
    process.stderr.write(
      `left out: ${tests}, since no Chromium starts here (CHROMIUM_PATH names one): ${reason}\n`,
    );
    return undefined;
  }
}

/** What the loader or Chromium itself said, where it said something. */
function reasonOf({ message }: Error): string {
  const [first = ''] = message.split('\n');
  return /^.*\berror while loading.*$/m.exec(message)?.[0] ?? first;
}

/** Without any font Chromium ends while it draws. The package unpacks some beside its Chromium. */
const withFonts = (): NodeJS.ProcessEnv =>
  existsSync('/etc/fonts')
    ? process.env
    : { FONTCONFIG_PATH: join(tmpdir(), 'fonts'), ...process.env };

/** Where NSS is missing, as in Debian's minimal system: the libraries that the package brings for Lambda. */
async function libraries(): Promise<string> {
  const { resolve } = createRequire(import.meta.url);
  const archives = join(dirname(resolve('@sparticuz/chromium')), '../bin');
  const folder = join(await inflate(join(archives, 'al2023.tar.br')), 'lib');
  return [folder, process.env.LD_LIBRARY_PATH ?? []].flat().join(':');
}

/** How many times as fast the page's timers are: it asks for news every two seconds. */
export const pageSpeed = 10;

export async function openPage(browser: Browser, url: string): Promise<OpenPage> {
  const page = await browser.newPage();
  await page.evaluateOnNewDocument(
    `{ const after = setTimeout; setTimeout = (run, ms) => after(run, ms / ${pageSpeed}); }`,
  );
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warn'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(url);
  const texts = (selector: string) =>
    page.$$eval(selector, (elements) =>
      elements.map(({ textContent }) => (textContent ?? '').replace(/\s+/g, ' ').trim()),
    );
  return {
    page,
    complaints,
    texts,
    attributes: (selector, name) =>
      page.$$eval(
        selector,
        (elements, wanted) => elements.map((element) => element.getAttribute(wanted) ?? ''),
        name,
      ),
    async waitFor(selector, isSo) {
      const until = Date.now() + 15_000;
      for (;;) {
        const found = await texts(selector);
        if (isSo(found)) return found;
        if (Date.now() > until) throw new Error(`${selector} is ${JSON.stringify(found)}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    },
  };
}
