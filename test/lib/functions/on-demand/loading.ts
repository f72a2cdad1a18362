/** A function with a module that is loaded on demand. */
import { counted, Refusal } from './key-stores/refusal.ts';

export async function handler({ keyStore }: { readonly keyStore: string }): Promise<object> {
  if (keyStore === 'aws-kms') return { calls: counted() };
  const { open } = await import('./key-stores/vault.ts');
  try {
    return open();
  } catch (error) {
    return { calls: counted(), isRefusal: error instanceof Refusal };
  }
}
