/**
 * What each operation takes and gives over HTTP, besides problems, which any operation may give. Functions import only
 * types from here, so that each function loads only the schemas that it checks.
 */
import type * as z from 'zod/mini';
import { auditEvents } from './audit.ts';
import { auditQuery } from './audit-query.ts';
import { certificateKeys, signedCertificate } from './certificates.ts';
import {
  dataKeyRequest,
  dataKeyResponse,
  decryptBatchRequest,
  decryptBatchResponse,
  decryptDataKeyRequest,
  decryptDataKeyResponse,
  decryptParameters,
  decryptRequest,
  decryptResponse,
  encryptBatchRequest,
  encryptBatchResponse,
  encryptParameters,
  encryptRequest,
  encryptResponse,
  inspection,
  inspectParameters,
  inspectRequest,
  reencryptBatchRequest,
  reencryptBatchResponse,
  reencryptParameters,
  reencryptRequest,
  reencryptResponse,
} from './crypto.ts';
import { externalAccountQuery, externalAccountSetup } from './external-account.ts';
import { keyStoreChangeRequest } from './key-store-change.ts';
import { keyStoreList } from './key-stores.ts';
import {
  macBatchRequest,
  macBatchResponse,
  macRequest,
  macResponse,
  macVersions,
  macVersionsRequest,
  rewrappedMacKeys,
} from './mac.ts';
import type { Operation } from './routes.ts';
import {
  emptyRequest,
  listQuery,
  offboardedTenant,
  offboardQuery,
  onboardRequest,
  rotateRequest,
  rotationList,
  rotationRequest,
  rotationStarted,
  rotationsQuery,
  tenant,
  tenantList,
  tenantPatch,
} from './tenants.ts';

export interface OperationSchemas {
  /** the JSON body */
  readonly request?: z.ZodMiniType;
  readonly query?: z.ZodMiniType;
  /**
   * The parameters in the headers of a request whose body is raw bytes. An operation that has them also gives raw
   * bytes to a caller who asks for them, unless it gives JSON alone.
   */
  readonly rawParameters?: z.ZodMiniType;
  /** whether a caller may have the items of the answer in lines, the next page in a header */
  readonly inLines?: true;
  readonly givesJson?: true;
  /** the JSON body of each success, by its status */
  readonly responses: Readonly<Record<number, z.ZodMiniType>>;
}

/** KMS's shortest (API reference, ScheduleKeyDeletion); a stack may be configured to a longer one. */
const shortestWindowDays = 7;

export const operations = {
  onboard: { request: onboardRequest, responses: { 200: tenant, 201: tenant } },
  read: { responses: { 200: tenant } },
  update: { request: tenantPatch, responses: { 200: tenant } },
  list: { query: listQuery, responses: { 200: tenantList } },
  externalAccount: { query: externalAccountQuery, responses: { 200: externalAccountSetup } },
  offboard: {
    request: emptyRequest,
    query: offboardQuery(shortestWindowDays),
    responses: { 202: offboardedTenant },
  },
  suspend: { request: emptyRequest, responses: { 200: tenant } },
  resume: { request: emptyRequest, responses: { 200: tenant } },
  restore: { request: emptyRequest, responses: { 200: tenant } },
  setRotation: { request: rotationRequest, responses: { 200: tenant } },
  listRotations: { query: rotationsQuery, responses: { 200: rotationList } },
  rotate: { request: rotateRequest, responses: { 200: rotationStarted, 202: rotationStarted } },
  changeKeyStore: { request: keyStoreChangeRequest, responses: { 200: tenant, 202: tenant } },
  endPreviousKey: {
    request: emptyRequest,
    query: offboardQuery(shortestWindowDays),
    responses: { 202: tenant },
  },
  restorePreviousKey: { request: emptyRequest, responses: { 200: tenant } },
  listKeyStores: { responses: { 200: keyStoreList } },
  erasureCertificate: { responses: { 200: signedCertificate } },
  certificateKey: { responses: { 200: certificateKeys } },
  encrypt: {
    request: encryptRequest,
    rawParameters: encryptParameters,
    responses: { 200: encryptResponse },
  },
  decrypt: {
    request: decryptRequest,
    rawParameters: decryptParameters,
    responses: { 200: decryptResponse },
  },
  reencrypt: {
    request: reencryptRequest,
    rawParameters: reencryptParameters,
    responses: { 200: reencryptResponse },
  },
  encryptBatch: { request: encryptBatchRequest, responses: { 200: encryptBatchResponse } },
  decryptBatch: { request: decryptBatchRequest, responses: { 200: decryptBatchResponse } },
  reencryptBatch: { request: reencryptBatchRequest, responses: { 200: reencryptBatchResponse } },
  inspect: {
    request: inspectRequest,
    rawParameters: inspectParameters,
    givesJson: true,
    responses: { 200: inspection },
  },
  generateDataKey: { request: dataKeyRequest, responses: { 200: dataKeyResponse } },
  decryptDataKey: {
    request: decryptDataKeyRequest,
    responses: { 200: decryptDataKeyResponse },
  },
  mac: { request: macRequest, responses: { 200: macResponse } },
  macBatch: { request: macBatchRequest, responses: { 200: macBatchResponse } },
  setMacVersions: { request: macVersionsRequest, responses: { 200: macVersions } },
  rewrapMacKeys: { request: emptyRequest, responses: { 200: rewrappedMacKeys } },
  listEvents: { query: auditQuery, inLines: true, responses: { 200: auditEvents } },
  listAllEvents: { query: auditQuery, inLines: true, responses: { 200: auditEvents } },
} as const satisfies Readonly<Record<Operation, OperationSchemas>>;

type Responses<O extends Operation> = (typeof operations)[O]['responses'];

/** The statuses with which the operation succeeds. */
export type SuccessOf<O extends Operation> = keyof Responses<O> & number;

/** The body of a success of the operation. */
export type ResponseOf<O extends Operation> = z.input<Responses<O>[SuccessOf<O>]>;
