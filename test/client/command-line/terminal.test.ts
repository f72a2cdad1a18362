/**
 * What a terminal obeys is in nothing that is printed, whoever wrote it: a server that is not the API, a caller who named
 * themselves, or whoever made the token or the file.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { line, members, prettyJson, table } from '../../../client/command-line/output.ts';
import { openProgress } from '../../../client/command-line/progress.ts';
import { type FaultyServer, json, startFaultyServer } from '../harness.ts';
import { run } from './harness.ts';

/** It clears the screen, twice over, and turns the text that follows. */
const evil = 'x\u001b[2J\u009b2J\u202e\u007f\ry';
const obeyed = /[^\P{C}\n]/u;

const anyText = fc.string({ unit: 'binary', minLength: 1 });
const plainText = anyText.map((text) => text.replace(/\p{Cs}/gu, ''));
const anyObject = fc.dictionary(plainText, fc.oneof(plainText, fc.constant({ [evil]: evil })));

describe('whatever is printed', () => {
  test('members, tables and lines have no character that a terminal obeys', () => {
    fc.assert(
      fc.property(anyObject, (value) => {
        const row = { name: Object.keys(value).join(), value: Object.values(value).map(String)[0] };
        const columns = ['name', 'value'] as const;
        const printed = [members(value), table([row], columns), line(row, columns)].join('\n');
        expect(printed.replace(/[\p{Co}\p{Cn}]/gu, '')).not.toMatch(obeyed);
      }),
    );
  });

  test('JSON has none either, and is the same value', () => {
    fc.assert(
      fc.property(anyObject, (value) => {
        const printed = prettyJson(value);
        expect(printed.replace(/[\p{Co}\p{Cn}]/gu, '')).not.toMatch(obeyed);
        expect(JSON.parse(printed)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('the bar of progress has none of the file name', () => {
    let written = '';
    const terminal = { isTTY: true, write: (text: string) => (written += text) };
    openProgress(evil, terminal as unknown as NodeJS.WriteStream).update(1, 2);
    expect(written.replace('\r\u001b[K', '')).not.toMatch(obeyed);
  });
});

describe('a server that answers with what a terminal obeys', () => {
  let server: FaultyServer;
  let folder: string;
  beforeAll(async () => {
    server = await startFaultyServer();
    folder = mkdtempSync(join(tmpdir(), 'terminal-'));
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  const names = ['eventId', 'time', 'kind', 'outcome', 'operation', 'principal', 'actor'];
  const event = Object.fromEntries(names.map((name) => [name, evil]));
  const answer = json({
    info: { title: evil, version: evil },
    tenants: [{ tenantId: evil, displayName: evil }],
    events: [event],
    [evil]: evil,
    tenantId: evil,
    status: evil,
    rotations: [{ keyMaterialId: evil }],
  });
  const token = `e30.${Buffer.from(JSON.stringify({ [evil]: evil, exp: 1e300 })).toString('base64url')}.x`;

  test.each([
    'doctor',
    'tenants list',
    'tenants get acme',
    'rotations acme',
    'audit acme',
    'token check -',
  ])('%s prints none of it, as JSON neither', async (command) => {
    server.answer(answer);
    const env = { TENANT_KEYS_URL: server.url, TENANT_KEYS_TOKEN: 'token' };
    for (const format of [[], ['--json']]) {
      const ended = await run([...command.split(' '), ...format], {
        cwd: folder,
        env,
        input: token,
      });
      expect(ended.stdout).toContain('2J');
      expect(ended.stdout + ended.stderr).not.toMatch(obeyed);
    }
  });
});

test('a token whose payload is no object is no token', async () => {
  for (const payload of ['null', '7', '[]', '"text"']) {
    const input = `e30.${Buffer.from(payload).toString('base64url')}.x`;
    const env = { TENANT_KEYS_URL: 'http://127.0.0.1:9', TENANT_KEYS_TOKEN: 'token' };
    const ended = await run(['token', 'check', '-'], { env, input });
    expect(ended).toMatchObject({ code: 3, stderr: 'tenant-keys: That is no JSON Web Token.\n' });
  }
});
