/** A fault of a service, as it is asked for: which calls it hits, and what becomes of them. */
import { z } from 'zod';

const longestDelayMs = 600_000;

const delayMs = z.int().min(0).max(longestDelayMs);

const calls = {
  /** `*` for any */
  service: z.string(),
  /** `*` for any */
  operation: z.string(),
  /** calls let through before the first that is hit */
  after: z.int().min(0).default(0),
  /** calls hit; without it, until the fault is cleared */
  count: z.int().min(1).optional(),
};

const fault = z.discriminatedUnion(
  'fault',
  [
    /** refused as the service refuses what comes too fast */
    z.strictObject({ ...calls, fault: z.literal('throttle') }),
    /** fails with the service's own status 500 */
    z.strictObject({ ...calls, fault: z.literal('error') }),
    /** refused as if the caller's session were over, whatever its credentials say of their end */
    z.strictObject({ ...calls, fault: z.literal('expired') }),
    /** not carried out, not answered; the connection ends after the delay */
    z.strictObject({ ...calls, fault: z.literal('timeout'), delayMs: delayMs.default(60_000) }),
    /** carried out at once, answered after the delay */
    z.strictObject({ ...calls, fault: z.literal('slow'), delayMs: delayMs.default(1000) }),
    /** carried out, and the connection ends before the answer */
    z.strictObject({ ...calls, fault: z.literal('lost') }),
  ],
  'must be throttle, error, expired, timeout, slow or lost',
);

const faults = z.array(fault, 'must be a list of faults').max(100, 'must be at most 100');

/** As a person writes it, with what may be left out. */
export type FaultInput = z.input<typeof fault>;

export type Fault = Readonly<z.output<typeof fault>>;

export type FaultKind = Fault['fault'];

/** Whether the service gets to see the call that the fault hits; of the others it never knew. */
export const reachesService = (fault: Fault | undefined): boolean =>
  fault?.fault !== 'expired' && fault?.fault !== 'timeout';

/** What is wrong with a list of faults, for the person who wrote it. */
export class FaultsError extends Error {
  override readonly name = 'FaultsError';
}

/** @throws FaultsError that names each member that is wrong */
export function readFaults(value: unknown): readonly Fault[] {
  const { data, error } = faults.safeParse(value);
  if (data !== undefined) return data;
  throw new FaultsError(problemsOf(error, 'faults'));
}

/**
 * Reads the start option: `kms:Decrypt=throttle`, `kms:Decrypt=slow:500`, `*:*=error`.
 * @throws FaultsError
 */
export function readFaultOption(text: string): Fault {
  const form = /^([^:=]+):([^:=]+)=([a-z]+)(?::(\d{1,9}))?$/;
  const [, service, operation, kind, delay] = form.exec(text) ?? [];
  if (kind === undefined) {
    throw new FaultsError(`'${text}' is not service:Operation=fault or =fault:milliseconds`);
  }
  const timing = delay === undefined ? {} : { delayMs: Number(delay) };
  const { data, error } = fault.safeParse({ service, operation, fault: kind, ...timing });
  if (data !== undefined) return data;
  throw new FaultsError(problemsOf(error, `'${text}'`));
}

function problemsOf(error: z.ZodError | undefined, subject: string): string {
  const problems = error?.issues.map(({ path, message }) => {
    const member = path.map((part) =>
      typeof part === 'number' ? `[${part}]` : `.${String(part)}`,
    );
    return `${subject}${member.join('')}: ${message}`;
  });
  return problems?.join('; ') ?? subject;
}
