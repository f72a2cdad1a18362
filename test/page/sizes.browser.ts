/**
 * The page in a real browser with no tenant, a few, forty and a thousand, at three widths, light and dark. Counted are
 * elements, since a time would be the machine's. PICTURES names the folder for the pictures, for who looks at them.
 */
import { mkdtempSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, HTTPRequest } from 'puppeteer-core';
import { startControl } from '../e2e/control.ts';
import type { TestStack } from '../e2e/test-stack.ts';
import { type OpenPage, openBrowser, openPage, pageSpeed } from '../harness/browser.ts';
import { longId, plantTenants, playTenants } from './tenants.ts';

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
    expect(await view.page.evaluate(overflows)).toEqual([0, 0]);
    expect(await breaches()).toEqual([]);
  });
}

/** How much of the tables of tenants and of the audit is out of sight to the right, in pixels. */
const overflows = `['tenants-table', 'audit-table'].map((id) =>
  (({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.getElementById(id)))`;

/** Turns follow one another at the page's interval, as fast as the tests make its timers. */
const turnMs = 2000 / pageSpeed;

/** However many tenants there are, a turn asks each of these once, and no turn begins before the interval is over. */
function asksOnly(name: string, paths: readonly string[]): void {
  test(`${name}: a turn is ${paths.length} requests`, async () => {
    const asked: string[] = [];
    const note = (request: HTTPRequest) => void asked.push(new URL(request.url()).pathname);
    const begin = Date.now();
    view.page.on('request', note);
    const wanted = paths.length * 5;
    while (asked.length < wanted) await new Promise((resolve) => setTimeout(resolve, turnMs / 4));
    view.page.off('request', note);
    const turns = (Date.now() - begin) / turnMs + 1;
    expect(asked.length).toBeLessThanOrEqual(Math.ceil(turns) * paths.length);
    // It may have begun amid a turn: whatever follows, it is the same few again and again.
    expect(new Set(asked)).toEqual(new Set(paths.map((path) => `/_local/${path}`)));
    for (const [index, path] of asked.slice(paths.length).entries())
      expect(path).toBe(asked[index]);
  });
}
const overview = ['tenants', 'matrix', 'proof', 'audit'];

describe('with no tenant', () => {
  beforeAll(async () => {
    await view.waitFor('#onboard-command', ([text]) => text !== '');
  });
  looksRight('none');
  asksOnly('none', overview);
});

describe('with tenants in every situation', () => {
  beforeAll(async () => {
    await playTenants(stack);
    await view.waitFor(
      '#tenants tbody tr',
      (rows) => rows.length === 6 && /OFFBOARDING/.test(rows.join()),
    );
    await view.waitFor('#matrix thead th', (columns) => /pending deletion/.test(columns.join()));
    await view.waitFor('#audit tbody tr', (rows) => rows.length > 3);
  }, 60_000);
  looksRight('few');
  asksOnly('few', overview);
});

describe.each([
  ['tenant', 'acme', /ACTIVE/],
  ['long', longId, /ACTIVE/],
  ['suspended', 'initech', /SUSPENDED/],
  ['offboarding', 'hooli', /OFFBOARDING/],
  ['erased', 'umbrella', /ERASED/],
])('the view of a tenant: %s', (name, tenantId, status) => {
  beforeAll(async () => {
    await open(`#/tenants/${tenantId}`);
    await view.waitFor('#tenant-facts', ([text]) => status.test(text ?? ''));
    await view.waitFor('#tenant-users tr', (rows) => rows.length > 5);
  });
  afterAll(() => open('#/'));
  looksRight(name);
  asksOnly(name, ['tenant', 'tenant/users', 'audit']);
});

describe('with forty', () => {
  beforeAll(async () => {
    await plantUnseen(34, 0);
    await view.waitFor('#tenants-count', ([text]) => text === '40 tenants');
  }, 60_000);
  looksRight('forty');
  asksOnly('forty', overview);
});

describe('with a thousand', () => {
  let before = 0;
  beforeAll(async () => {
    before = await elements();
    await plantUnseen(994, 34);
    await view.waitFor('#tenants-count', ([text]) => text === '1,000 tenants');
  }, 300_000);
  looksRight('thousand');
  asksOnly('thousand', overview);

  test('has no more elements than with forty', async () => {
    expect(Math.abs((await elements()) - before)).toBeLessThan(50);
  });
});
