/** The local stack is found without a flag, and nothing else is believed to be it. */
import { createHmac } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { announce } from '../../../local/announcement.ts';
import { eachInItsFolder } from './harness.ts';

const { at, tk } = eachInItsFolder();

describe('the local stack', () => {
  const place = {
    api: 'http://127.0.0.1:9/v1',
    issuer: 'http://127.0.0.1:9',
    aws: 'http://127.0.0.1:3',
  };
  const state = () => join(at('state'), 'tenant-keys');
  const file = () => join(state(), 'local-stack.json');
  const left = { ...place, proof: 'http://127.0.0.1:1', secret: 'secret' };
  const put = (content: object) => {
    mkdirSync(state(), { recursive: true });
    writeFileSync(file(), JSON.stringify(content), { mode: 0o600 });
  };

  test('is found where it says that it listens, and not once it has gone', async () => {
    const before = process.env.XDG_STATE_HOME;
    process.env.XDG_STATE_HOME = at('state');
    try {
      const withdraw = await announce(place);
      const left = readFileSync(file());
      expect((await tk('doctor')).stdout).toContain(`${place.api}, by the local stack`);
      const byUrl = await tk(`doctor --url ${place.api}`);
      expect(byUrl.stdout).toContain(`${place.api}, by the local stack`);
      withdraw();
      expect((await tk('doctor')).stdout).toMatch(/No API is known/);
      // As a stack leaves it that is killed.
      writeFileSync(file(), left, { mode: 0o600 });
      expect((await tk('doctor')).stdout).toMatch(/No API is known/);
    } finally {
      process.env.XDG_STATE_HOME = before;
    }
  });

  test('is not what listens on its ports after it, whatever that answers', async () => {
    const answers: string[] = ['', 'secret', 'x'.repeat(43)];
    const server = createServer(({ url = '' }, response) => {
      // The last time by another secret.
      const other = createHmac('sha256', 'other').update(url.slice(1)).digest('base64url');
      response.end(answers.shift() ?? other);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    put({ ...left, proof: `http://127.0.0.1:${port}`, pid: process.pid });
    for (let n = 0; n < 4; n += 1) {
      expect((await tk('doctor')).stdout).toMatch(/No API is known/);
    }
    server.close();
  });

  test('is asked for nothing that was answered before', async () => {
    const before = process.env.XDG_STATE_HOME;
    process.env.XDG_STATE_HOME = at('state');
    const withdraw = await announce(place);
    process.env.XDG_STATE_HOME = before;
    const { proof, ...said } = JSON.parse(readFileSync(file(), 'utf8'));
    const asked = new Map<string, string>();
    const relay = createServer(async ({ url = '' }, response) => {
      asked.set(url, asked.get(url) ?? (await (await fetch(`${proof}${url}`)).text()));
      response.end(asked.get(url));
    });
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
    put({ ...said, proof: `http://127.0.0.1:${(relay.address() as AddressInfo).port}` });
    for (let n = 1; n <= 3; n += 1) {
      await tk('doctor');
      expect(asked.size).toBe(n);
    }
    expect([...asked].join()).not.toContain(said.secret);
    relay.close();
    withdraw();
  });

  test('is none where the file says something else', async () => {
    for (const content of [null, 7, [], { pid: process.pid }, { ...left, api: 7 }, place]) {
      put(content as object);
      expect((await tk('doctor')).stdout).toMatch(/No API is known/);
    }
  });

  test('is not believed where another user may have written the file', async () => {
    put(left);
    chmodSync(file(), 0o640);
    expect((await tk('tenants list')).stderr).toMatch(/is not yours alone/);
    rmSync(file());
    writeFileSync(at('elsewhere'), JSON.stringify(left), { mode: 0o600 });
    symlinkSync(at('elsewhere'), file());
    expect((await tk('tenants list')).code).not.toBe(0);
  });
});
