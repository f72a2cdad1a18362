/** What the parts of the vault share. */
import type { AccessTokens } from './access-tokens.ts';
import type { DiagnosticLog } from './diagnostic-log.ts';
import type { KeptKeys } from './kept-keys.ts';
import type { Rbac } from './rbac.ts';
import { Refusal } from './serve.ts';

export interface VaultParts {
  readonly tokens: AccessTokens;
  readonly rbac: Rbac;
  readonly keys: KeptKeys;
  readonly log: DiagnosticLog;
  readonly now: () => number;
  readonly url: () => string;
  /** of ARM */
  readonly vaultId: string;
  readonly entraTenantId: string;
  readonly settings: VaultSettings;
}

export interface VaultSettings {
  /** 7 to 90 */
  retentionDays: number;
  purgeProtection: boolean;
  /** how long a deletion or a recovery takes */
  transitionMs: number;
}

/** What a request is, by method and path. */
export interface Operation {
  /** as the diagnostic log has it */
  readonly name: string;
  /** of Azure RBAC; a caller needs one of them */
  readonly actions: readonly string[];
  /** as the path spells it, `keys` or `deletedkeys` */
  readonly collection: string;
  readonly key?: string | undefined;
  readonly version?: string | undefined;
  readonly verb: string;
}

export const vaultRefusal = (
  status: number,
  code: string,
  message: string,
  inner?: string,
): Refusal =>
  new Refusal(status, {
    error: { code, message, ...(inner !== undefined && { innererror: { code: inner } }) },
  });
