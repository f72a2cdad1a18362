/** The control plane: tenants, their lives, and the rotation of their keys. Its tokens name no tenant. */
import type {
  ExternalAccountSetup,
  KeyStoreName,
  OffboardedTenant,
  OnboardRequest,
  Operations,
  Rotation,
  RotationStarted,
  SignedCertificate,
  Tenant,
  TenantPatch,
  TenantStatus,
} from './http/api-types.ts';
import type { Call, CallOptions } from './http/call.ts';
import type { Transport } from './http/transport.ts';
import { itemsOf } from './pages.ts';

export interface ListOptions extends CallOptions {
  readonly status?: TenantStatus | undefined;
  /** tenants a page, 1-100 (50) */
  readonly limit?: number | undefined;
}

export interface OffboardOptions extends CallOptions {
  /**
   * how long the key is kept before it is destroyed, up to 30 days; the stack's configuration has the least, and the
   * default
   */
  readonly windowInDays?: number | undefined;
  /** although somebody used the key within the last hour */
  readonly force?: boolean | undefined;
}

export interface KeyStoreChangeOptions extends CallOptions {
  /** with `aws-kms-external`: of the key that is there already, in the tenant's own account */
  readonly keyArn?: string | undefined;
}

export interface ExternalAccountOptions extends CallOptions {
  /** id of the tenant's account; may be left out where `keyStores` lists one, or with `keyArn` */
  readonly accountId?: string | undefined;
  /** of the key, once it is made: the answer then has `rolePolicy` */
  readonly keyArn?: string | undefined;
}

export interface RotateOptions extends CallOptions {
  /** to be superseded: with it the request may come again however late, without it within an hour */
  readonly keyMaterialId?: string | undefined;
}

const setupShape = {
  tenantId: 'string',
  externalId: 'string',
  roleArn: 'string',
  keyPolicy: 'object',
  trustPolicy: 'object',
  template: 'object',
} as const;
const tenantShape = { tenantId: 'string', status: 'string' } as const;

export class Tenants {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Makes a tenant with a key of its own; the same again where it is there already. */
  onboard(
    tenantId: string,
    request: OnboardRequest = {},
    options: CallOptions = {},
  ): Promise<Tenant> {
    return this.#tenant('onboard', { ...options, tenantId, body: request });
  }

  /** In no order that means anything. */
  list({ status, limit, ...call }: ListOptions = {}): AsyncGenerator<Tenant, void, undefined> {
    return itemsOf(async (cursor) => {
      const query = { status, limit, cursor };
      const page = await this.#transport.json('list', { ...call, query }, { tenants: 'array' });
      return [page.tenants, page.nextCursor];
    });
  }

  /** With its key as its store has it now. */
  get(tenantId: string, options: CallOptions = {}): Promise<Tenant> {
    return this.#tenant('read', { ...options, tenantId });
  }

  /** Changes names: what is not given stays, null takes one away. */
  update(tenantId: string, names: TenantPatch, options: CallOptions = {}): Promise<Tenant> {
    return this.#tenant('update', { ...options, tenantId, body: names });
  }

  /** Nothing is encrypted or decrypted until it is resumed. */
  suspend(tenantId: string, options: CallOptions = {}): Promise<Tenant> {
    return this.#tenant('suspend', { ...options, tenantId });
  }

  resume(tenantId: string, options: CallOptions = {}): Promise<Tenant> {
    return this.#tenant('resume', { ...options, tenantId });
  }

  /** Disables the key at once, and has it destroyed after the window: until then the tenant can be restored. */
  offboard(tenantId: string, options: OffboardOptions = {}): Promise<OffboardedTenant> {
    const { windowInDays, force, ...call } = options;
    const query = { windowInDays, force };
    return this.#transport.json('offboard', { ...call, tenantId, query }, tenantShape);
  }

  restore(tenantId: string, options: CallOptions = {}): Promise<Tenant> {
    return this.#tenant('restore', { ...options, tenantId });
  }

  /** The period of the automatic rotations, 90-2,560 days. */
  setRotation(tenantId: string, periodInDays: number, options: CallOptions = {}): Promise<Tenant> {
    const body = { rotationPeriodInDays: periodInDays };
    return this.#tenant('setRotation', { ...options, tenantId, body });
  }

  /** The history of the key material. */
  rotations(
    tenantId: string,
    { limit, ...call }: Omit<ListOptions, 'status'> = {},
  ): AsyncGenerator<Rotation, void, undefined> {
    return itemsOf(async (cursor) => {
      const request = { ...call, tenantId, query: { limit, cursor } };
      const page = await this.#transport.json('listRotations', request, { rotations: 'array' });
      return [page.rotations, page.nextCursor];
    });
  }

  /** Rotates now, 25 times in a key's life. */
  rotate(
    tenantId: string,
    { keyMaterialId, ...call }: RotateOptions = {},
  ): Promise<RotationStarted> {
    const request = { ...call, tenantId, body: { keyMaterialId } };
    return this.#transport.json('rotate', request, { supersededKeyMaterialId: 'string' });
  }

  /**
   * Moves the key to another store: both keys decrypt from then on, and `keyStoreChange` of the answer says from when on the
   * new one encrypts. The same again does nothing more; back to the store before, no third key is made.
   */
  changeKeyStore(
    tenantId: string,
    keyStore: KeyStoreName,
    { keyArn, ...call }: KeyStoreChangeOptions = {},
  ): Promise<Tenant> {
    return this.#tenant('changeKeyStore', { ...call, tenantId, body: { keyStore, keyArn } });
  }

  /** What is under the key before the last change of store cannot be decrypted from then on; after the window the key is gone. */
  endPreviousKey(tenantId: string, options: OffboardOptions = {}): Promise<Tenant> {
    const { windowInDays, force, ...call } = options;
    return this.#tenant('endPreviousKey', { ...call, tenantId, query: { windowInDays, force } });
  }

  /** Until it is deleted. */
  restorePreviousKey(tenantId: string, options: CallOptions = {}): Promise<Tenant> {
    return this.#tenant('restorePreviousKey', { ...options, tenantId });
  }

  /**
   * What the tenant makes a key with in its own AWS account, before it is onboarded there: a CloudFormation template, or the
   * policies by themselves. Nothing of it is secret, and nothing is made by it.
   */
  externalAccount(
    tenantId: string,
    { accountId, keyArn, ...call }: ExternalAccountOptions = {},
  ): Promise<ExternalAccountSetup> {
    const request = { ...call, tenantId, query: { accountId, keyArn } };
    return this.#transport.json('externalAccount', request, setupShape);
  }

  /** Of the erasure, signed. */
  certificate(tenantId: string, options: CallOptions = {}): Promise<SignedCertificate> {
    const shape = { certificate: 'object', signatures: 'array' } as const;
    return this.#transport.json('erasureCertificate', { ...options, tenantId }, shape);
  }

  #tenant(operation: TenantOperation, call: Call): Promise<Tenant> {
    return this.#transport.json(operation, call, tenantShape);
  }
}

/** Those whose answer is a tenant. */
type TenantOperation = {
  [Name in keyof Operations]: Operations[Name]['response'] extends Tenant
    ? Tenant extends Operations[Name]['response']
      ? Name
      : never
    : never;
}[keyof Operations];
