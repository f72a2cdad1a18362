/** `npm run smoke` as a process of its own, and servers in between that let a stack fail. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { announce, type Place } from '../../local/announcement.ts';
import type { StepResult } from '../../operate/step.ts';

export interface SmokeRun {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** @param place of a stack that the run finds as it finds that of `npm start` */
export async function smoke(
  args: readonly string[],
  place: Place | undefined,
  environment: Readonly<Record<string, string>> = {},
): Promise<SmokeRun> {
  const folder = mkdtempSync(join(tmpdir(), 'smoke-'));
  const before = process.env.XDG_STATE_HOME;
  process.env.XDG_STATE_HOME = folder;
  const withdraw = place && (await announce(place));
  try {
    const child = spawn(process.execPath, ['operate/smoke.ts', ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    });
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: await ended, out, err };
  } finally {
    withdraw?.();
    if (before === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = before;
    rmSync(folder, { recursive: true });
  }
}

/** @returns what `--json` has printed, by step */
export const resultsOf = ({ out }: SmokeRun): Map<string, StepResult> =>
  new Map(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as StepResult)
      .map((result) => [result.step, result]),
  );

export interface Answer {
  readonly status: number;
  readonly body: string | Buffer;
  /** JSON, if it is not said */
  readonly type?: string;
}

/** @returns undefined to ask the server behind */
export type Fault = (request: IncomingMessage, body: Buffer) => Answer | undefined;

export interface Faulty {
  readonly url: string;
  close(): Promise<void>;
}

/** A server in front of another one, of which it answers some requests itself. */
export async function inFrontOf(origin: string, fault: Fault): Promise<Faulty> {
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    const own = fault(request, body);
    if (own !== undefined) {
      response.writeHead(own.status, { 'Content-Type': own.type ?? 'application/json' });
      response.end(own.body);
      return;
    }
    const headers = Object.entries(request.headers)
      .filter(([name]) => !['host', 'connection', 'content-length'].includes(name))
      .map(([name, value]) => [name, String(value)] as [string, string]);
    const answer = await fetch(`${origin}${request.url}`, {
      method: request.method ?? 'GET',
      headers,
      ...(body.length > 0 && { body }),
    });
    response.writeHead(answer.status, {
      'Content-Type': answer.headers.get('content-type') ?? '',
    });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
