/** The vault's log category `AuditEvent`, as its diagnostic settings write it (learn.microsoft.com/azure/key-vault/general/logging). */
import type { Caller } from './access-tokens.ts';
import type { Answer, Call } from './serve.ts';

export interface DiagnosticRecord {
  readonly time: string;
  readonly category: 'AuditEvent';
  readonly operationName: string;
  readonly resultType: string;
  readonly resultSignature: string;
  readonly resultDescription?: string | undefined;
  readonly callerIpAddress: string;
  /** the client's `x-ms-client-request-id` */
  readonly correlationId?: string | undefined;
  readonly identity: { readonly claim: Readonly<Record<string, string>> };
  readonly properties: {
    readonly clientInfo: string;
    readonly requestUri: string;
    readonly id: string;
    readonly httpStatusCode: number;
  };
}

export interface DiagnosticLog {
  add(call: Call, operation: { readonly name: string }, caller: Caller, answer: Answer): void;
  /** since the last call */
  records(): DiagnosticRecord[];
}

export function diagnosticLog(url: () => string): DiagnosticLog {
  let records: DiagnosticRecord[] = [];
  return {
    add({ path, query, headers }, { name }, { clientId, objectId }, { status, body }) {
      const correlationId = headers['x-ms-client-request-id'];
      const { message } = (body as { error?: { message?: string } } | undefined)?.error ?? {};
      records.push({
        time: new Date().toISOString(),
        category: 'AuditEvent',
        operationName: name,
        resultType: status < 300 ? 'Success' : 'Failed',
        resultSignature: status < 300 ? 'OK' : `HTTP ${status}`,
        resultDescription: message,
        callerIpAddress: '127.0.0.1',
        correlationId: typeof correlationId === 'string' ? correlationId : undefined,
        identity: { claim: { oid: objectId, appid: clientId, sub: objectId } },
        properties: {
          clientInfo: String(headers['user-agent'] ?? ''),
          requestUri: `${url()}${path}?${query}`,
          id: `${url()}${path.split('/').slice(0, 4).join('/')}`,
          httpStatusCode: status,
        },
      });
    },
    records() {
      const all = records;
      records = [];
      return all;
    },
  };
}
