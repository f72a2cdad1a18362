/** A caller of the data plane that keeps bytes as they are, in JSON or raw. */
import { octetStream } from '../../contract/routes.ts';
import type { Answer } from './client.ts';
import type { TestStack } from './test-stack.ts';

type Context = Readonly<Record<string, string>>;

interface Body {
  readonly json?: object;
  /** the rest goes with them, in headers */
  readonly bytes?: Uint8Array;
  readonly context?: Context | undefined;
  readonly newEncryptionContext?: Context | undefined;
  readonly mode?: string | undefined;
}

export function byteClient({ client }: TestStack) {
  return async (tenantId: string, path: string, body: Body): Promise<Answer> => {
    const token = await client.tenantToken(tenantId);
    if (body.json !== undefined) return client.send('POST', path, { token, body: body.json });
    const bytes = Buffer.from(body.bytes ?? []);
    return client.send('POST', path, { token, body: bytes, headers: rawHeaders(body) });
  };
}

const rawHeaders = ({ context, newEncryptionContext, mode }: Body) => ({
  'Content-Type': octetStream,
  Accept: octetStream,
  ...(context !== undefined && { 'Encryption-Context': contextHeader(context) }),
  ...(newEncryptionContext !== undefined && {
    'New-Encryption-Context': contextHeader(newEncryptionContext),
  }),
  ...(mode !== undefined && { 'Encryption-Mode': mode }),
});

/** @returns a context as a header has it: JSON in ASCII */
export const contextHeader = (context: Context): string =>
  JSON.stringify(context).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
