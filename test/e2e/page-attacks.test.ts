/** The page at `/` against whoever else writes to the stack, or has a page of its own in the same browser. */
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tenantActions } from '../../contract/key-policy.ts';
import { allEventsKey, allEventsShards } from '../../contract/table-schema.ts';
import { localAccount } from '../../local/stack.ts';
import { foreignName, type OpenPage, openPage } from '../harness/browser.ts';
import { describeInBrowser } from '../harness/describe-in-browser.ts';
import { type Control, startControl } from './control.ts';
import type { TestStack } from './test-stack.ts';

const markup = '<img src=x onerror="document.title=1">';

await describeInBrowser('attacks on the page at / of the local stack', (browser) => {
  let stack: TestStack;
  let control: Control;
  let view: OpenPage;
  beforeAll(async () => {
    ({ stack, control } = await startControl());
    await control.put('acme');
    await control.put('globex');
    view = await openPage(browser, `${stack.aws}/`);
    await view.page.setViewport({ width: 1280, height: 900 });
    await view.waitFor('#matrix thead th', ({ length }) => length === 3);
  }, 120_000);
  afterAll(() => stack?.close());
  /** In one step, so that the matrix is not drawn anew between finding the cell and the click. */
  const openCell = async (...names: string[]) => {
    await view.page.evaluate(
      `[...document.querySelectorAll('.cell')]
        .find(({ dataset }) => dataset.cell === ${JSON.stringify(JSON.stringify(names))}).click()`,
    );
    await view.page.waitForSelector('dialog[open]');
  };

  test('shows text as text in every place where somebody else chooses it: rows, events, policies, tags, addresses', async () => {
    const { kms, dynamodb } = stack.administrator;
    // By the API: an actor and a label, which are claimed by the caller.
    const headers = { 'Tenant-Keys-Actor': markup, 'Tenant-Keys-Label': markup };
    const token = await stack.client.adminToken();
    await stack.client.send('GET', '/tenants/acme', { token, headers });
    await view.waitFor('#audit .who', (whos) => whos.some((who) => who.includes(`for ${markup}`)));
    expect((await view.texts('#audit .who')).join()).toContain(`“${markup}”`);

    // Past the API: rows in which everything is markup, and a policy and a tag that are.
    const KeyId = (await control.get('/tenants/acme')).json.keyArn as string;
    const tenant = { tenantId: markup, displayName: markup, status: markup, keyArn: markup };
    await dynamodb.putItem({ TableName: stack.tableName, Item: marshall(tenant) });
    const Item = marshall(strangeEvent('acme'));
    await dynamodb.putItem({ TableName: stack.auditTableName, Item });
    const { Policy } = await kms.getKeyPolicy({ KeyId });
    await kms.putKeyPolicy({ KeyId, Policy: policyOf(markup) });
    await openCell('operator', 'acme');
    await view.waitFor('dialog[open]', ([text]) => text?.includes(`ReEncryptTo${markup}`) === true);
    await view.page.keyboard.press('Escape');
    await kms.putKeyPolicy({ KeyId, Policy: Policy as string });

    await view.waitFor('#matrix thead th', ({ length }) => length === 4);
    await openCell('tenant/acme', markup);
    await view.waitFor('dialog[open]', ([text]) => text?.includes(`key of ${markup}`) === true);
    await view.page.keyboard.press('Escape');
    await view.page.click('#filter-refused');
    const [strange] = await view.waitFor(
      '#audit tbody tr',
      ([row]) => row?.includes('9999') === true,
    );
    expect(strange).toContain(markup);
    await view.page.click('#audit tbody tr button');
    await view.waitFor('dialog[open]', ([text]) => text !== '');
    await view.page.keyboard.press('Escape');
    await view.page.click('#filter-refused');

    for (const hash of ['#/tenants/<img src=x>', `#/tenants/${encodeURIComponent(markup)}`]) {
      await view.page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
      await view.waitFor('#tenant-title', ([title]) => title?.startsWith('<img') === true);
    }
    await view.page.evaluate(`location.hash = '#/?search=${encodeURIComponent(markup)}&use=<b>'`);
    await view.waitFor('#tenants-none', () => true);
    await view.page.evaluate(`location.hash = '#/'`);
    await view.waitFor('#matrix thead th', ({ length }) => length > 3);
    expect(await view.texts('img, main b, main script')).toEqual(['✓', '✕', '○', '!']);
    expect(await view.page.title()).toBe('tenant-keys on this machine');
    await dynamodb.deleteItem({ TableName: stack.tableName, Key: marshall({ tenantId: markup }) });
    const Key = marshall({ tenantId: 'acme', eventKey: strangeEvent('acme').eventKey });
    await dynamodb.deleteItem({ TableName: stack.auditTableName, Key });
    await view.waitFor('#tenants tbody tr', ({ length }) => length === 2);
  });

  test('a page of another origin, of this machine even, can neither read nor frame it', async () => {
    const page = await browser.newPage();
    await page.goto(`${stack.issuer}/.well-known/openid-configuration`);
    const read = (path: string, mode: string) =>
      page.evaluate(
        `fetch('${stack.aws}${path}', { mode: '${mode}' }).then((answer) => answer.text(), () => 'refused')`,
      );
    for (const path of [
      '/',
      '/_local/tenants',
      '/_local/audit',
      '/_local/matrix',
      '/_local/proof',
    ]) {
      expect([path, await read(path, 'cors')]).toEqual([path, 'refused']);
      expect([path, await read(path, 'no-cors')]).toEqual([
        path,
        expect.stringMatching(/^(refused)?$/),
      ]);
    }
    await page.evaluate(
      `new Promise((resolve) => {
        const frame = document.createElement('iframe');
        frame.onload = resolve;
        frame.src = '${stack.aws}/';
        document.body.append(frame);
      })`,
    );
    const [, frame] = page.frames();
    expect(await frame?.$('#tenants')).toBeNull();
    await page.close();
  });

  test('is not there under a name of somebody else that leads to this machine (DNS rebinding)', async () => {
    const page = await browser.newPage();
    const under = (url: string, path: string) =>
      `http://${foreignName}:${new URL(url).port}${path}`;
    const first = await page.goto(under(stack.aws, '/_local/tenants'));
    expect(first?.status()).toBe(403);
    // It is that name's own origin, so the browser lets it read each answer.
    const read = (path: string) =>
      page.evaluate(
        `fetch('${path}').then(async (answer) => [answer.status, await answer.text()], (error) => [0, String(error)])`,
      );
    const names = [
      'tenants',
      'audit',
      'matrix',
      'proof',
      'endpoints',
      'decisions/x',
      'page/main.js',
    ];
    for (const wanted of ['/', '/docs', ...names.map((name) => `/_local/${name}`)]) {
      const [status, text] = (await read(wanted)) as [number, string];
      expect([wanted, [400, 403].includes(status)]).toEqual([wanted, true]);
      expect(text).not.toMatch(/acme|arn:aws:kms|<main|import /);
    }
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'me',
      scope: 'tenant-keys/admin',
    }).toString();
    await page.goto(under(stack.issuer, '/.well-known/jwks.json'));
    const token = await page.evaluate(
      `fetch('/oauth2/token', { method: 'POST', body: new URLSearchParams('${form}') }).then((answer) => answer.text())`,
    );
    expect(token).toBe('{"error":"access_denied"}');
    await page.close();
  });

  test('runs no script and takes no style but its own', async () => {
    const other = await openPage(browser, `${stack.aws}/`);
    const add = (tag: string, text: string) =>
      other.page
        .evaluate(`(() => {
        const element = document.createElement('${tag}');
        element.append('${text}');
        document.head.append(element);
      })()`)
        .catch(() => undefined);
    await add('script', 'document.title = "broken in"');
    await add('style', 'body { display: none }');
    const markedUp = other.page.evaluate(`document.body.innerHTML = '<img src=x>'`);
    await expect(markedUp).rejects.toThrow('TrustedHTML');
    expect(await other.page.title()).toBe('tenant-keys on this machine');
    expect(await other.page.evaluate('document.body.checkVisibility()')).toBe(true);
    expect(other.complaints.join()).toContain('Content Security Policy');
    await other.page.close();
  });
});

/** As somebody would write it who can write to the table. It sorts before every other. */
const strangeEvent = (tenantId: string) => {
  const names = ['kind', 'operation', 'outcome', 'errorCode', 'requestId', 'principal', 'session'];
  const texts = [...names, 'sourceAddress', 'actor', 'label', 'status', 'times'];
  return {
    tenantId,
    eventKey: '9999',
    [allEventsKey.partition]: allEventsShards[0],
    [allEventsKey.sort]: '9999',
    time: `9999${markup}`,
    ...Object.fromEntries(texts.map((name) => [name, markup])),
    encryptionContext: JSON.stringify({ [markup]: markup }),
    before: { [markup]: markup },
    after: { [markup]: { [markup]: markup } },
    kmsCalls: [{ requestId: markup }],
  };
};

/** @param Sid of the statement that refuses */
const policyOf = (Sid: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { AWS: root }, Action: 'kms:*', Resource: '*' },
      { Sid, Effect: 'Deny', Principal: '*', Action: tenantActions, Resource: '*' },
    ],
  });
const root = `arn:aws:iam::${localAccount.accountId}:root`;
