/**
 * What can be wrong with Azure Key Vault, Microsoft Entra ID or Azure Resource Manager. Invariant: no error has a token, an
 * assertion, key material or a word of theirs: their words may repeat what was sent.
 */
import { StoreUnavailable } from '../store-attempts.ts';

/**
 * `issuer-unreachable`: Entra does not get the keys by which the issuer of the assertion signs. `nonsense`: an answer that
 * Azure does not give.
 */
export type AzureFault =
  | 'unreachable'
  | 'slow'
  | 'throttled'
  | 'failed'
  | 'issuer-unreachable'
  | 'nonsense';

const nothingDone: readonly AzureFault[] = ['throttled', 'issuer-unreachable'];

export class AzureUnavailable extends StoreUnavailable {
  override readonly name = 'AzureUnavailable';
  readonly fault: AzureFault;
  constructor(fault: AzureFault) {
    super(`Azure gives no answer: ${fault}`);
    this.fault = fault;
  }
  get nothingWasDone(): boolean {
    return nothingDone.includes(this.fault);
  }
}

/** Entra lets the assertion not in: the identity is gone, or has no federated credential of that issuer and subject. */
export class EntraRefused extends Error {
  override readonly name = 'EntraRefused';
  /** of Entra's error codes, such as 700213 */
  readonly code: number;
  constructor(code: number) {
    super(`Entra refuses the sign-in: AADSTS${code}`);
    this.code = code;
  }
}

/** The identity has no role on the key. */
export class AzureAccessDenied extends Error {
  override readonly name = 'AzureAccessDenied';
  constructor() {
    super("Azure denies the tenant's identity its key");
  }
}

/** So it is where the tenant is suspended. */
export class AzureKeyDisabled extends Error {
  override readonly name = 'AzureKeyDisabled';
  constructor() {
    super('the version of the key is disabled in Azure');
  }
}

/** There is no such key, or it is deleted and not purged yet. */
export class AzureKeyNotFound extends Error {
  override readonly name = 'AzureKeyNotFound';
  constructor() {
    super('Azure has no such key');
  }
}
