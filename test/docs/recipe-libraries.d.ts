/** What the recipes of docs/quick-start.md use of libraries that this repository does not install, as those declare it. */
declare module 'pg' {
  export class Pool {
    query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
  }
}

declare module '@aws-sdk/client-s3' {
  import type { Readable } from 'node:stream';

  export class GetObjectCommand {
    constructor(input: { Bucket: string; Key: string });
  }
  export class S3Client {
    send(command: GetObjectCommand): Promise<{ Body?: Readable | ReadableStream | Blob }>;
  }
}

declare module '@aws-sdk/lib-storage' {
  import type { Readable } from 'node:stream';
  import type { S3Client } from '@aws-sdk/client-s3';

  export class Upload {
    constructor(options: {
      client: S3Client;
      params: { Bucket: string; Key: string; Body: Readable };
    });
    done(): Promise<unknown>;
  }
}
