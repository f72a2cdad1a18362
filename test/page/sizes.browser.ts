/**
 * The page in a real browser with no tenant, a few, forty and a thousand, at three widths, light and dark. Counted are
 * elements, since a time would be the machine's. PICTURES names the folder for the pictures, for who looks at them.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'puppeteer-core';
import { startControl } from '../e2e/control.ts';
import type { TestStack } from '../e2e/test-stack.ts';
import { type OpenPage, openBrowser, openPage } from '../harness/browser.ts';
import { plantTenants, playTenants } from './tenants.ts';

const widths = [1440, 1280, 390];
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const pictures = process.env.PICTURES ?? mkdtempSync(join(tmpdir(), 'tenant-keys-page-'));

let stack: TestStack;
let browser: Browser;
let view: OpenPage;

beforeAll(async () => {
  ({ stack } = await startControl());
  browser = await openBrowser();
  view = await openPage(browser, `${stack.aws}/`);
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await stack?.close();
});

const show = async (scheme: string, width: number) => {
  await view.page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: scheme },
    // A row that has just come is in another colour for two seconds.
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await view.page.setViewport({ width, height: 900 });
};
const open = async (hash: string) => {
  await view.page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
};
/** Without those of the audit, which has more rows with each turn of the canary, up to a limit of its own. */
const elements = () =>
  view.page.evaluate(
    'document.querySelectorAll("*").length - document.querySelectorAll("#audit *").length',
  ) as Promise<number>;
/** Not while the page looks: at two seconds' interval it would have each of the new tenants shown. */
async function plantUnseen(until: number, from: number): Promise<void> {
  const { hash } = new URL(view.page.url());
  await view.page.goto('about:blank');
  await plantTenants(stack, until, from);
  await view.page.goto(`${stack.aws}/${hash}`);
}

/** Breaches of WCAG 2.1 AA that can be found by looking at elements, contrast among them. */
async function breaches(): Promise<string[]> {
  await view.page.evaluate(axe);
  const found = await view.page.evaluate(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })
      .then(({ violations }) => violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => id + ' ' + target.join(' ') + ' ' + failureSummary)))`,
  );
  return found as string[];
}

const looks = widths.flatMap((width) => [[width, 'light'] as const, [width, 'dark'] as const]);

/** Every width in both schemes: never wider than the window, and within reach of everybody. */
function looksRight(name: string): void {
  test.each(looks)(`${name} at %i pixels, %s`, async (width, scheme) => {
    await show(scheme, width);
    await view.page.screenshot({
      path: join(pictures, `${name}-${width}-${scheme}.png`) as `${string}.png`,
      fullPage: true,
    });
    expect(await view.page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    // On a phone the rows are blocks.
    expect(await view.page.evaluate(auditOverflow)).toBe(0);
    expect(await breaches()).toEqual([]);
  });
}

/** How much of the audit's table is out of sight to the right, in pixels. */
const auditOverflow =
  '(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.getElementById("audit-table"))';

describe('with no tenant', () => {
  beforeAll(async () => {
    await view.waitFor('#onboard-command', ([text]) => text !== '');
  });
  looksRight('none');
});

describe('with tenants in every situation', () => {
  beforeAll(async () => {
    await playTenants(stack);
    await view.waitFor(
      '#tenants tbody tr',
      (rows) => rows.length === 6 && /OFFBOARDING/.test(rows.join()),
    );
    await view.waitFor('#audit tbody tr', (rows) => rows.length > 3);
  }, 60_000);
  looksRight('few');
});

describe("a tenant's own view", () => {
  beforeAll(async () => {
    await open('#/tenants/acme');
    await view.waitFor('#tenant-users tr', (rows) => rows.length > 5);
  });
  afterAll(() => open('#/'));
  looksRight('tenant');
});

describe('with forty', () => {
  beforeAll(async () => {
    await plantUnseen(34, 0);
    await view.waitFor('#tenants-count', ([text]) => text === '40 tenants');
  }, 60_000);
  looksRight('forty');
});

describe('with a thousand', () => {
  let before = 0;
  beforeAll(async () => {
    before = await elements();
    await plantUnseen(994, 34);
    await view.waitFor('#tenants-count', ([text]) => text === '1,000 tenants');
  }, 300_000);
  looksRight('thousand');

  test('has no more elements than with forty', async () => {
    expect(Math.abs((await elements()) - before)).toBeLessThan(50);
  });
});
