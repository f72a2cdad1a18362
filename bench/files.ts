/**
 * A file of 256 MiB sealed and opened by the client, against AES-256-GCM of node:crypto over the same file, as `openssl enc`
 * would do it: read, encrypt, write, flush to the disk. Each in a process of its own, which also tells how much memory it took above its start.
 */
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measuredBy } from './measuring-process.ts';
import { rotated, type Summary, summarize } from './samples.ts';

/** `raw` flushes its file as the client does; `unflushed` leaves that to the system, for information. */
export type FileWork = 'raw' | 'unflushed' | 'seal' | 'open';

/** What a process is told. */
export interface FileVariables {
  readonly WORK: FileWork;
  readonly FROM: string;
  readonly TO: string;
}

export interface FileResult {
  readonly seconds: number;
  /** of all threads of the process */
  readonly cpuSeconds: number;
  readonly bytesAboveStart: number;
}

export interface FileCost {
  /** how fast it is, by how fast `raw` is */
  readonly speed: Summary;
  readonly bytesPerSecond: Summary;
  /** its CPU time, by that of `raw` */
  readonly cpu: Summary;
  /** the most that any round took */
  readonly bytesAboveStart: number;
}

const works = ['raw', 'unflushed', 'seal', 'open'] as const;
const fileBytes = 256 * 1024 * 1024;

export async function measureFiles({
  rounds,
  onRound,
}: {
  readonly rounds: number;
  readonly onRound: (round: number) => void;
}): Promise<Readonly<Record<FileWork, FileCost>>> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-files-'));
  const at = (name: string) => join(folder, name);
  const results: Record<FileWork, FileResult[]> = { raw: [], unflushed: [], seal: [], open: [] };
  try {
    await writeRandom(at('plain'));
    await work({ WORK: 'seal', FROM: at('plain'), TO: at('sealed') });
    for (let round = 0; round < rounds; round += 1) {
      onRound(round);
      for (const WORK of rotated(works, round)) {
        const from = WORK === 'open' ? 'sealed' : 'plain';
        results[WORK].push(await work({ WORK, FROM: at(from), TO: at('result') }));
        // What the system has not written yet, the next one would wait for.
        rmSync(at('result'));
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const cost = (of: readonly FileResult[]): FileCost => ({
    speed: summarize(of.map(({ seconds }, round) => (results.raw[round]?.seconds ?? 0) / seconds)),
    cpu: summarize(
      of.map(({ cpuSeconds }, round) => cpuSeconds / (results.raw[round]?.cpuSeconds ?? 0)),
    ),
    bytesPerSecond: summarize(of.map(({ seconds }) => fileBytes / seconds)),
    bytesAboveStart: Math.max(...of.map(({ bytesAboveStart }) => bytesAboveStart)),
  });
  const { raw, unflushed, seal, open } = results;
  return { raw: cost(raw), unflushed: cost(unflushed), seal: cost(seal), open: cost(open) };
}

async function writeRandom(path: string): Promise<void> {
  const file = await open(path, 'wx');
  const piece = new Uint8Array(1024 * 1024);
  for (let written = 0; written < fileBytes; written += piece.length) {
    await file.write(randomFillSync(piece));
  }
  await file.close();
}

const work = (variables: FileVariables) =>
  measuredBy<FileResult>('files-process.ts', { ...variables });
