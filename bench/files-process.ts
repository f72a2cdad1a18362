/** One file, one way. The data key is always the same one, which no key store has wrapped: none of it is measured. */
import { createCipheriv } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { DataKeySource } from '../client/data-key-source.ts';
import { openStream } from '../client/message/open-stream.ts';
import { sealStream } from '../client/message/seal-stream.ts';
import { openFile, type Sealer, sealFile } from '../client/node/files.ts';
import type { FileResult, FileVariables } from './files.ts';

const { WORK: kind, FROM: from, TO: to } = process.env as unknown as FileVariables;
const chunkBytes = 128 * 1024;
const sampleEveryMs = 2;

const dataKeys: DataKeySource = {
  generate: async () => ({
    keyProviderId: 'aws-kms',
    keyName: 'arn:aws:kms:us-east-1:111122223333:key/bench',
    wrapped: new Uint8Array(184),
    plaintext: new Uint8Array(32).fill(7),
  }),
  open: async () => new Uint8Array(32).fill(7),
};
const keys = { tenantId: 'bench', dataKeys };
const sealer: Sealer = {
  sealStream: (options) => sealStream(keys, options),
  openStream: (options) => openStream(keys, options),
};

const raw = ({ flush }: { readonly flush: boolean }) =>
  pipeline(
    createReadStream(from, { highWaterMark: chunkBytes }),
    createCipheriv('aes-256-gcm', new Uint8Array(32), new Uint8Array(12)),
    createWriteStream(to, { flush }),
  );

const works = {
  raw: () => raw({ flush: true }),
  unflushed: () => raw({ flush: false }),
  seal: () => sealFile(sealer, from, to),
  open: () => openFile(sealer, from, to),
};

const before = process.memoryUsage.rss();
let most = before;
const sampling = setInterval(() => {
  most = Math.max(most, process.memoryUsage.rss());
}, sampleEveryMs);
const start = process.hrtime.bigint();
const cpuBefore = process.cpuUsage();
await works[kind]();
const { user, system } = process.cpuUsage(cpuBefore);
const seconds = Number(process.hrtime.bigint() - start) / 1e9;
clearInterval(sampling);
process.send?.({
  seconds,
  cpuSeconds: (user + system) / 1e6,
  bytesAboveStart: most - before,
} satisfies FileResult);
process.disconnect();
