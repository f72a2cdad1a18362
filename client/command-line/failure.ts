/** From an error to a sentence and an exit code, which scripts go by: client/README.md, "Exit codes". */
import {
  AccessError,
  ConnectionError,
  DecryptionFailedError,
  MessageError,
  ProblemError,
  RecordError,
  TenantStateError,
  TokenError,
  UnavailableError,
  UsageError,
} from '../tenant-keys.ts';

export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  access: 3,
  notAsSealed: 4,
  tenantState: 5,
  unavailable: 6,
  interrupted: 130,
} as const;

/** What the command line itself finds wrong, or not as it must be. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.usage) {
    super(message);
    this.exitCode = exitCode;
  }
}

const codesOfErrors = [
  [AccessError, exitCodes.access],
  [TokenError, exitCodes.access],
  [DecryptionFailedError, exitCodes.notAsSealed],
  [MessageError, exitCodes.notAsSealed],
  [RecordError, exitCodes.notAsSealed],
  [TenantStateError, exitCodes.tenantState],
  [UnavailableError, exitCodes.unavailable],
  [ConnectionError, exitCodes.unavailable],
  [UsageError, exitCodes.usage],
] as const;

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommandError) return error.exitCode;
  return codesOfErrors.find(([Kind]) => error instanceof Kind)?.[1] ?? exitCodes.failed;
}

/** @returns what went wrong and what to do, without a stack trace */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const system = systemErrors[(error as NodeJS.ErrnoException).code ?? ''];
  const path = (error as NodeJS.ErrnoException).path;
  if (system !== undefined && path !== undefined) return `${path}: ${system}`;
  return error.message;
}

const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'you have no right to it',
  EPERM: 'you have no right to it',
  EISDIR: 'that is a folder',
  ENOTDIR: 'a part of the path is no folder',
  ENOSPC: 'there is no room left',
};

/** @returns of a problem its code and request id too, for programs */
export function failureOf(error: unknown) {
  const problem = error instanceof ProblemError ? error : undefined;
  return {
    error: sentenceOf(error),
    ...(problem && { code: problem.code, status: problem.status, requestId: problem.requestId }),
    exitCode: exitCodeOf(error),
  };
}
