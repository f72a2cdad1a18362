/** A headless Chromium with which a test opens a page and collects its errors. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import chromium, { inflate } from '@sparticuz/chromium';
import { type Browser, launch, type Page } from 'puppeteer-core';

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

// No page of ours draws with WebGL, for which the processor would stand in.
chromium.setGraphicsMode = false;

/** CHROMIUM_PATH names another Chromium than the one from npm. */
export async function openBrowser(): Promise<Browser> {
  const options = {
    executablePath: process.env.CHROMIUM_PATH ?? (await chromium.executablePath()),
    args: chromium.args.filter((argument) => !unguarded.test(argument)),
    headless: 'shell',
  } as const;
  const env = withFonts();
  return launch({ ...options, env }).catch(async () =>
    launch({ ...options, env: { ...env, LD_LIBRARY_PATH: await libraries() } }),
  );
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
