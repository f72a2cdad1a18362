/** The page at `/`, in a real browser, with a stack of its own. Its tests are one story and build on each other. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { policiesHash } from '../../local/policies-hash.ts';
import { localAccount } from '../../local/stack.ts';
import { readTemplate } from '../../local/template/template.ts';
import { asJson, type Report } from '../../prove/report.ts';
import { theorems } from '../../prove/theorems/theorems.ts';
import { type OpenPage, openPage, pageSpeed } from '../harness/browser.ts';
import { pathWithCurl } from '../harness/curl.ts';
import { describeInBrowser } from '../harness/describe-in-browser.ts';
import { synthesizedTemplate } from '../harness/synthesized.ts';
import { counterexample, exampleReport } from '../prove/example-report.ts';
import { type Control, startControl } from './control.ts';
import { tenantKms } from './tenant-kms.ts';
import type { TestStack } from './test-stack.ts';

const run = promisify(execFile);
const wide = { width: 1280, height: 900 };
const narrow = { width: 390, height: 844 };
const markup = '<img src=x onerror="document.title=1">';

let stack: TestStack;
let control: Control;
let view: OpenPage;
let proved: Report;
const count = theorems.length;
const keys = new Map<string, string>();

const proofFile = join(mkdtempSync(join(tmpdir(), 'tenant-keys-proof-')), 'last.json');

const cell = (session: string, key: string) =>
  `button[data-cell='${JSON.stringify([session, key])}']`;
const greenCells = async () =>
  (await view.attributes('.cell.green', 'data-cell'))
    .map((text) => JSON.parse(text).join(' '))
    .sort();
const rowOf = (tenantId: string) => `#tenants tr[data-tenant="${tenantId}"]`;
const diagonal = ['acme', 'globex', 'initech'].map((tenantId) => `tenant/${tenantId} ${tenantId}`);
/** once initech is suspended */
const usable = diagonal.slice(0, 2);

await describeInBrowser('the page at / of the local stack', (browser) => {
  beforeAll(async () => {
    ({ stack, control } = await startControl({}, { proofFile }));
    view = await openPage(browser, `${stack.aws}/`);
    await view.page.setViewport(wide);
  }, 120_000);
  afterAll(async () => {
    await stack?.close();
  });

  test('says what to do where there is no tenant, and the command that it gives does it', async () => {
    const [command = ''] = await view.waitFor('#onboard-command', ([text]) => text !== '');
    expect(command).toContain(stack.api);
    const lines = await view.page.$eval('#onboard-command', ({ textContent }) => textContent ?? '');
    const { path, remove } = pathWithCurl();
    await run('sh', ['-c', lines], { env: { ...process.env, PATH: path } }).finally(remove);
    await view.waitFor(rowOf('acme'), ([row]) => /acme.*ACTIVE.*enabled/.test(row ?? ''));
    expect(await view.page.$eval('#tenants-empty', (empty) => empty.checkVisibility())).toBe(false);
  });

  test('shows a new tenant without reloading', async () => {
    await control.put('globex', { displayName: 'Globex GmbH', rotationPeriodInDays: 180 });
    await control.put('initech', { displayName: 'Initech' });
    const [row] = await view.waitFor(rowOf('globex'), ([text]) => /ACTIVE/.test(text ?? ''));
    expect(row).toContain('Globex GmbH');
    expect(row).toContain('every 180 days');
    for (const tenantId of ['acme', 'globex', 'initech']) {
      keys.set(tenantId, (await control.get(`/tenants/${tenantId}`)).json.keyArn);
    }
    await view.waitFor('#matrix thead th', (columns) => columns.length === 4);
    // A tenant has a column before its onboarding has ended.
    await view.waitFor('#verdict-sub', ([text]) => /^3 of 3 tenants/.test(text ?? ''));
  });

  test('draws a matrix with a green cell on its diagonal for each tenant and 0 green cells off it', async () => {
    expect(await greenCells()).toEqual(diagonal);
    expect(await view.texts('.cell.green[data-diagonal=false]')).toHaveLength(0);
    const roles = stack.deployment.roles.size;
    // Three tenants' sessions, one without a tag, every other role, the operator: three keys each.
    expect(await view.texts('.cell')).toHaveLength((3 + 1 + (roles - 1) + 1) * 3);
    expect(await view.texts('.cell.red')).toHaveLength((3 + 1 + (roles - 1) + 1) * 3 - 3);
    expect(await view.texts('#crossings')).toEqual(['0']);
    expect(await view.texts('#verdict-sub')).toEqual(['3 of 3 tenants can use their own key now.']);
    expect(new Set(await view.texts('.cell'))).toEqual(new Set(['✓', '✕']));
  });

  test('a click on a red cell shows the statement that refuses, a green one that which allows', async () => {
    await view.page.click(cell('tenant/globex', 'acme'));
    const [sheet] = await view.waitFor('dialog[open]', ({ length }) => length === 1);
    expect(sheet).toContain('Session of globex, key of acme');
    expect(sheet).toContain(keys.get('acme'));
    expect(await view.texts('dialog .chip')).toEqual(['✕ refused']);
    expect(await view.texts('dialog .statement')).toEqual(['NeighbourTouchesNothing']);
    expect(sheet).toContain('aws:PrincipalTag/TenantId "acme" (it is "globex")');
    expect(sheet).toContain('"Sid": "NeighbourTouchesNothing"');
    await shot('local-page-cell.png');
    await view.page.click('dialog .close');
    await view.page.click(cell('tenant/acme', 'acme'));
    await view.waitFor('dialog[open] .statement', ([name]) => name === 'UseOwnKey');
    expect(await view.texts('dialog .chip')).toEqual(['✓ allowed', '✕ refused']);
    await view.page.keyboard.press('Escape');
    expect(await view.texts('dialog[open]')).toEqual([]);
  });

  test('works by keyboard: arrows move, Enter opens, Escape brings back to the cell', async () => {
    const { page } = view;
    const focused = () => page.evaluate('document.activeElement.dataset.cell');
    await page.focus(cell('tenant/acme', 'acme'));
    for (const key of ['ArrowRight', 'ArrowRight', 'ArrowRight', 'ArrowDown'] as const) {
      await page.keyboard.press(key);
    }
    expect(await focused()).toBe('["tenant/globex","initech"]');
    // The cells are one stop of the Tab key.
    expect(await view.texts('.cell[tabindex="0"]')).toHaveLength(1);
    await page.keyboard.press('Enter');
    const [sheet] = await view.waitFor('dialog[open]', ({ length }) => length === 1);
    expect(sheet).toContain('Session of globex, key of initech');
    await page.keyboard.press('Escape');
    expect(await focused()).toBe('["tenant/globex","initech"]');
  });

  test('shows each request and each call of KMS as it comes, on top, and a refusal with its reason', async () => {
    const message = await stack.client.encrypt('acme', Buffer.from('x'));
    expect(await control.decrypt('acme', message)).toBe('x');
    const before = await view.waitFor('#audit tbody tr', (rows) =>
      rows.some((row) => /APIdecrypt✓ succeeded/.test(row)),
    );
    expect(before.some((row) => /GenerateDataKey.*TenantId=acme/.test(row))).toBe(true);

    // CloudTrail's times are whole seconds, and what comes in the next one is on top.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const KeyId = keys.get('acme') as string;
    const EncryptionContext = { TenantId: 'acme' };
    const Plaintext = Buffer.from('x');
    await expect(
      tenantKms(stack, 'globex').encrypt({ KeyId, EncryptionContext, Plaintext }),
    ).rejects.toThrow('explicit deny');
    await view.waitFor('#audit tr.refused', ({ length }) => length === 1);
    const after = await view.texts('#audit tbody tr');
    expect(after[0]).toMatch(/acmeKMSEncrypt✕ refusedAccessDenied, whyTenantRolesession globex/);
    expect(after.length).toBeGreaterThan(before.length);
    expect(await view.texts('#audit-count')).toEqual([`${after.length} events`]);

    await view.page.click('#audit tr.refused button');
    await view.waitFor('dialog[open] .statement', ([name]) => name === 'NeighbourTouchesNothing');
    await view.page.keyboard.press('Escape');
    await view.page.click('#filter-refused');
    const refused = await view.waitFor('#audit tbody tr', ({ length }) => length < after.length);
    expect(refused).toEqual([after[0]]);
    await view.page.click('#filter-refused');
    await view.waitFor('#audit tbody tr', ({ length }) => length > 1);
  });

  test('shows requests that were refused, and which layer refused each', async () => {
    const body = {};
    await stack.client.send('POST', '/tenants/initech/decrypt', { body });
    const token = await stack.client.tenantToken('globex');
    await stack.client.send('POST', '/tenants/globex/decrypt', { token: `${token}x`, body });
    await stack.client.send('POST', '/tenants/acme/encrypt', { token, body });
    await stack.client.send('POST', '/tenants/acme/decrypt', {
      token: await stack.client.tenantToken('acme'),
      body: { ciphertext: 'AAAA' },
    });
    await view.page.click('#filter-refused');
    const layers = [
      [/initechAPI Gatewaydecrypt.*HTTP 401/, /The authorizer refused it.*no token that counts/],
      [/globexAPI Gatewaydecrypt.*HTTP 401/, /The authorizer refused it.*no token that counts/],
      [
        /acmeAPI Gatewayencrypt.*HTTP 403/,
        /execute-api:Invoke.*No statement allows it.*Refused by API Gateway, by the authorizer's policy/,
      ],
      [/acmeAPIdecrypt/, /The function behind the API answered so.*No policy of AWS refused/],
      [
        /acmeKMSEncrypt/,
        /NeighbourTouchesNothing.*Refused by KMS, by the key's own policy: explicit Deny in the key policy/,
      ],
    ] as const;
    const rows = await view.waitFor('#audit tr.refused', (texts) =>
      layers.every(([row]) => texts.some((text) => row.test(text))),
    );
    for (const [row, why] of layers) {
      const at = rows.findIndex((text) => row.test(text));
      await view.page.click(`#audit tr.refused:nth-child(${at + 1}) button`);
      await view.waitFor('dialog[open]', ([text]) => why.test(text ?? ''));
      await view.page.keyboard.press('Escape');
    }
    await view.page.click('#filter-refused');
    await view.waitFor('#audit tr:not(.refused)', ({ length }) => length > 3);
  });

  test('shows a rotation, a suspension and the time of KMS put forward', async () => {
    expect((await control.post('acme', 'key/rotations')).status).toBe(202);
    await view.waitFor(rowOf('acme'), ([row]) => /last on demand/.test(row ?? ''));
    await control.post('initech', 'suspend');
    await view.waitFor(rowOf('initech'), ([row]) => /SUSPENDED.*disabled/.test(row ?? ''));
    await view.waitFor('#matrix thead th', ([, , , column]) => column === 'initechdisabled');
    // KMS refuses it now, whatever the policies allow, so it is not green, and the headline counts it.
    expect(await greenCells()).toEqual(usable);
    expect(await view.texts(cell('tenant/initech', 'initech'))).toEqual(['disabled']);
    expect(await view.texts('.cell.stopped')).toHaveLength(1);
    expect(await view.texts('.cell.odd')).toEqual([]);
    expect(await view.texts('#verdict-sub')).toEqual([
      '2 of 3 tenants can use their own key now: 1 key disabled.',
    ]);
    await view.page.click(cell('tenant/initech', 'initech'));
    await view.waitFor('dialog[open] .chip', ([, state]) =>
      /DisabledException: the key is disabled/.test(state ?? ''),
    );
    await view.page.keyboard.press('Escape');
    await control.advance(91);
    await view.waitFor(rowOf('acme'), ([row]) => /last automatic/.test(row ?? ''));
  });

  test('says how to prove it where nobody has yet, and of which policies what was proved', async () => {
    await view.waitFor('#proof-none', ([text]) =>
      /^Not proved yet on this machine/.test(text ?? ''),
    );
    writeFileSync(proofFile, asJson(exampleReport()));
    await view.waitFor('#proof-text', ([text]) =>
      /^of \d+ theorems are proved of other/.test(text ?? ''),
    );
    expect(await view.attributes('#proof-verdict', 'data-state')).toEqual(['crossed']);
    // Synthesized for another issuer, as npm run prove does it: the policies are the same.
    const policies = policiesHash(readTemplate({ ...(await synthesizedTemplate()) }, localAccount));
    proved = { ...exampleReport(), policies };
    writeFileSync(proofFile, asJson(proved));
    await view.waitFor('#proof-text', ([text]) => text === `of ${count} theorems are proved.`);
    expect(await view.attributes('#proof-verdict', 'data-state')).toEqual(['kept']);
    expect(await view.texts('#proof-open li')).toEqual([]);
    await view.page.focus('#proof-summary');
    await view.page.keyboard.press('Enter');
    const theorems = await view.texts('.theorem');
    expect(theorems).toHaveLength(count);
    const told = /^✓ proved7\.1An administrator cannot use .*80 questions$/;
    expect(theorems.filter((theorem) => told.test(theorem))).toHaveLength(1);
    await shot('theorems.png');
    await view.page.keyboard.press('Enter');
    await view.page.evaluate('document.activeElement.blur()');
  });

  test.each([
    ['light', wide, 'local-page.png'],
    ['dark', wide, 'dark.png'],
    ['light', narrow, 'narrow.png'],
    ['dark', narrow, 'narrow-dark.png'],
  ] as const)(
    'is drawn in %s at %o, and never wider than the window',
    async (scheme, size, file) => {
      await view.page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await view.page.setViewport(size);
      await shot(file);
      expect(await view.page.evaluate('document.documentElement.scrollWidth')).toBe(size.width);
      await view.page.setViewport(wide);
    },
  );

  test('with one lock off, a cell says that the other refuses: the tag by IAM, the tenant id by the key', async () => {
    const { kms } = stack.administrator;
    const KeyId = keys.get('acme') as string;
    const tag = (TagValue: string) =>
      kms.tagResource({ KeyId, Tags: [{ TagKey: 'TenantId', TagValue }] });
    const { Policy } = await kms.getKeyPolicy({ KeyId });
    const why = async (sentence: RegExp) => {
      await view.page.click(cell('tenant/globex', 'acme'));
      await view.waitFor('dialog[open]', ([text]) => sentence.test(text ?? ''));
      expect(await view.texts('dialog .answer.allowed')).toEqual([]);
      await view.page.keyboard.press('Escape');
    };
    await kms.putKeyPolicy({ KeyId, Policy: careless });
    await why(/Refused by IAM, by the policies of the session.*aws:ResourceTag\/TenantId/);
    await kms.putKeyPolicy({ KeyId, Policy: Policy as string });
    await tag('globex');
    await why(/NeighbourTouchesNothing.*Refused by KMS, by the key's own policy: explicit Deny/);
    await tag('acme');
  });

  test('a key whose guards are really off makes a green cell off the diagonal, until they are back', async () => {
    const { kms } = stack.administrator;
    const KeyId = keys.get('acme') as string;
    const { Policy } = await kms.getKeyPolicy({ KeyId });
    await kms.putKeyPolicy({ KeyId, Policy: careless });
    await kms.tagResource({ KeyId, Tags: [{ TagKey: 'TenantId', TagValue: 'globex' }] });
    await view.waitFor('#crossings', ([count]) => count === '2');
    const others = usable.filter((green) => green !== 'tenant/acme acme');
    expect(await greenCells()).toEqual(['operator acme', ...others, 'tenant/globex acme'].sort());
    expect(await view.attributes('.cell.odd', 'data-cell')).toHaveLength(3);
    expect(await view.attributes('#verdict', 'data-state')).toEqual(['crossed']);
    // It is so: what is green can be done.
    const EncryptionContext = { TenantId: 'globex' };
    await tenantKms(stack, 'globex').encrypt({
      KeyId,
      EncryptionContext,
      Plaintext: Buffer.from('x'),
    });
    await shot('crossed.png');

    await kms.tagResource({ KeyId, Tags: [{ TagKey: 'TenantId', TagValue: 'acme' }] });
    await kms.putKeyPolicy({ KeyId, Policy: Policy as string });
    await view.waitFor('#crossings', ([count]) => count === '0');
    expect(await greenCells()).toEqual(usable);
  });

  test('shows text as text, whatever markup it holds', async () => {
    await control.put('umbrella', { displayName: markup });
    const [row] = await view.waitFor(rowOf('umbrella'), ([text]) => /ACTIVE/.test(text ?? ''));
    expect(row).toContain(markup);
    expect(await view.texts('img')).toEqual([]);
    expect(await view.page.title()).toBe('tenant-keys on this machine');
    await view.waitFor(
      '#verdict-sub',
      ([text]) => text === '3 of 4 tenants can use their own key now: 1 key disabled.',
    );
    expect(await view.texts('#crossings')).toEqual(['0']);
  });

  test('tells a counterexample, and shows text as text in a report that was edited by hand', async () => {
    const { theorems } = exampleReport({ '1': [counterexample(markup)] });
    writeFileSync(proofFile, asJson({ ...proved, theorems }));
    const [open] = await view.waitFor('#proof-open li', ({ length }) => length === 1);
    expect(open).toContain(`with the tags tenantid='${markup}', does kms:decrypt`);
    expect(await view.texts('#proof-figure')).toEqual([String(count - 1)]);
    expect(await view.texts('#proof-text')).toEqual([
      `of ${count} theorems are proved; 1 refuted.`,
    ]);
    await shot('refuted.png');
    await view.page.setViewport(narrow);
    expect(await view.page.evaluate('document.documentElement.scrollWidth')).toBe(narrow.width);
    await shot('refuted-narrow.png');
    await view.page.setViewport(wide);

    const [first, ...others] = theorems as [Report['theorems'][number]];
    const strange = { ...first, id: markup, sentence: markup, lines: [markup] };
    writeFileSync(proofFile, asJson({ ...proved, solver: markup, theorems: [strange, ...others] }));
    await view.waitFor('#proof-sub', ([text]) => text?.includes(markup) === true);
    writeFileSync(proofFile, JSON.stringify({ version: 1, [markup]: 1 }));
    await view.waitFor('#proof-none', ([text]) =>
      /cannot be read: it is no report/.test(text ?? ''),
    );
    expect(await view.texts('#proof-open li, .theorem')).toEqual([]);
    expect(await view.texts('img')).toEqual([]);
    expect(await view.page.title()).toBe('tenant-keys on this machine');
  });

  test('asks for nothing while nobody sees it, and at once when somebody does', async () => {
    const asked: string[] = [];
    view.page.on('request', (request) => asked.push(request.url()));
    const see = (hidden: boolean) =>
      view.page.evaluate(
        `Object.defineProperty(document, 'hidden', { configurable: true, value: ${hidden} });
         document.dispatchEvent(new Event('visibilitychange'));`,
      );
    await see(true);
    await view.waitFor('#live', ([state]) => state === 'Paused while hidden');
    await new Promise((resolve) => setTimeout(resolve, 500));
    asked.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 3000 / pageSpeed));
    expect(asked).toEqual([]);
    await see(false);
    await view.waitFor('#live', ([state]) => state === 'Live');
    expect(asked.some((url) => url.startsWith(`${stack.aws}/_local/audit`))).toBe(true);
  });

  test('is where the API sends a browser that asks it for /', async () => {
    const page = await browser.newPage();
    await page.goto(new URL('/', stack.api).href);
    expect(page.url()).toBe(`${stack.aws}/`);
    await page.close();
  });

  test('made the browser complain of nothing in all this; and says so when the stack is gone', async () => {
    expect(view.complaints).toEqual([]);
    await stack.close();
    await view.waitFor('#live', ([state]) => /does not answer/.test(state ?? ''));
    // What was there stays to be read.
    expect(await view.texts(rowOf('acme'))).toHaveLength(1);
  });
});

const careless = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'Careless',
      Effect: 'Allow',
      Principal: { AWS: 'arn:aws:iam::111122223333:root' },
      Action: 'kms:*',
      Resource: '*',
    },
  ],
});

/** With UPDATE_SCREENSHOTS=1 those whose names begin with `local-page` are the documentation's. */
const documented = process.env.UPDATE_SCREENSHOTS === '1';
const images = join(import.meta.dirname, '../../docs/images');
const elsewhere = mkdtempSync(join(tmpdir(), 'tenant-keys-page-'));

async function shot(file: string): Promise<void> {
  const folder = documented && file.startsWith('local-page') ? images : elsewhere;
  mkdirSync(folder, { recursive: true });
  const isSheet = file === 'local-page-cell.png';
  await view.page.screenshot({ path: join(folder, file) as `${string}.png`, fullPage: !isSheet });
}
