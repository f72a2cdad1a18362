/**
 * The stage's access log: a line for each request that API Gateway has read. Invariant: values are put into the format
 * as they came. AWS does not document that it escapes any, so readers of the log are tried against a caller's quotes.
 */
import { TemplateError } from '../template/intrinsics.ts';
import type { Authorized } from './authorizer.ts';
import type { ResponseType } from './gateway-response.ts';

/** How far a request has come. */
export interface RequestProgress {
  readonly requestId: string;
  readonly httpMethod: string;
  /** as it came, with the stage and without the query */
  readonly path: string;
  readonly sourceIp: string;
  /** epoch milliseconds */
  readonly begunAt: number;
  resourcePath?: string;
  authorized?: Authorized;
  /** absent: no function was invoked */
  integrationMs?: number;
  /** of API Gateway's own answer */
  responseType?: ResponseType;
}

const variable = /\$context\.(\w+(?:\.\w+)*)/g;
const ofAuthorizer = /^authorizer\.(\w+)$/;

type Values = Readonly<Record<string, string | number | undefined>>;

const valuesOf = (progress: RequestProgress, status: number): Values => ({
  requestId: progress.requestId,
  extendedRequestId: progress.requestId,
  requestTimeEpoch: progress.begunAt,
  httpMethod: progress.httpMethod,
  path: progress.path,
  resourcePath: progress.resourcePath,
  'identity.sourceIp': progress.sourceIp,
  status,
  responseLatency: Date.now() - progress.begunAt,
  integrationLatency: progress.integrationMs,
  'error.responseType': progress.responseType,
});

/** @throws TemplateError for a variable that this gateway does not know */
export function checkAccessLogFormat(format: string): void {
  const nothing = { requestId: '', httpMethod: '', path: '', sourceIp: '', begunAt: 0 };
  const known = Object.keys(valuesOf(nothing, 0));
  for (const [whole, name = ''] of format.matchAll(variable)) {
    if (known.includes(name) || ofAuthorizer.test(name)) continue;
    throw new TemplateError(`the local stack has no ${whole} for the access log`);
  }
}

/** @returns the line; `-` stands for what there is not */
export function accessLogLine(format: string, progress: RequestProgress, status: number): string {
  const values = valuesOf(progress, status);
  return format.replaceAll(variable, (_, name: string) => {
    const [, member] = ofAuthorizer.exec(name) ?? [];
    return String((member ? ofCaller(progress, member) : values[name]) ?? '-');
  });
}

const ofCaller = ({ authorized }: RequestProgress, member: string): string | undefined =>
  member === 'principalId' ? authorized?.principalId : authorized?.context[member];
