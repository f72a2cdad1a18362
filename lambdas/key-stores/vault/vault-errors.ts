/**
 * What can be wrong with Vault. Invariant: no error has a token, a JWT, key material or a word of the store's: its words may
 * repeat what was sent.
 */
import { StoreUnavailable } from '../store-attempts.ts';

/**
 * `standby`: a node that is not the active one. `issuer-unreachable`: Vault itself does not get the keys of the token's
 * issuer, AWS's or the product's own. `nonsense`: an answer that Vault does not give.
 */
export type VaultFault =
  | 'unreachable'
  | 'slow'
  | 'sealed'
  | 'standby'
  | 'issuer-unreachable'
  | 'throttled'
  | 'failed'
  | 'nonsense';

const nothingDone: readonly VaultFault[] = ['sealed', 'standby', 'throttled', 'issuer-unreachable'];

export class VaultUnavailable extends StoreUnavailable {
  override readonly name = 'VaultUnavailable';
  readonly fault: VaultFault;
  constructor(fault: VaultFault) {
    super(`Vault gives no answer: ${fault}`);
    this.fault = fault;
  }
  get nothingWasDone(): boolean {
    return nothingDone.includes(this.fault);
  }
}

/** The JWT mount does not let the token in: there is no such role, or it is not the token's. */
export class VaultLoginRefused extends Error {
  override readonly name = 'VaultLoginRefused';
  readonly status: number;
  constructor(status: number) {
    super(`Vault refuses the login: ${status}`);
    this.status = status;
  }
}

/** A policy, or the lack of one, does not let the session do this: so it is where the tenant is suspended. */
export class VaultAccessDenied extends Error {
  override readonly name = 'VaultAccessDenied';
  constructor() {
    super("Vault denies the tenant's session its key");
  }
}

/** There is no such key. */
export class VaultKeyNotFound extends Error {
  override readonly name = 'VaultKeyNotFound';
  constructor() {
    super('Vault has no such key');
  }
}

/** `min_decryption_version` was raised, which we never do: what older versions have wrapped does not open any more. */
export class VaultKeyVersionDisallowed extends Error {
  override readonly name = 'VaultKeyVersionDisallowed';
  constructor() {
    super('Vault does not use this version of the key any more');
  }
}

/** Neither `datakey` nor `encrypt` binds associated data: nothing may be wrapped or unwrapped there. */
export class VaultBindsNoContext extends Error {
  override readonly name = 'VaultBindsNoContext';
  constructor() {
    super('Vault does not bind associated data');
  }
}
