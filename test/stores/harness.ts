/** A real store as the documented block leaves it, for the tests of one file. */
import { afterAll, beforeAll } from '@jest/globals';
import { type Bao, startBao } from './bao.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { openStore, type Store } from './store.ts';
import { startIssuer, type WebIdentityIssuer } from './web-identity.ts';

export let bao: Bao;
export let issuer: WebIdentityIssuer;
export let store: Store;
/** in front of the store */
export let proxy: FaultProxy;

/** Without a store in it: those are opened by the tests. */
export function useBao(): void {
  beforeAll(async () => {
    bao = await startBao();
    issuer = await startIssuer();
  });
  afterAll(async () => {
    issuer?.close();
    await bao?.stop();
  });
}

export function useStore(): void {
  useBao();
  beforeAll(async () => {
    store = await openStore(bao, issuer);
    proxy = await startFaultProxy(bao.address);
  });
  afterAll(() => proxy?.close());
}
